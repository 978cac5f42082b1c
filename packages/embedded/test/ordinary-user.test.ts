import { chown, stat } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { startEmbeddedPostgres } from '../src/index.js'
import { startHolder } from './run-as.js'
import { makeTemporaryFolder } from './temporary-folder.js'

/** `bin` of Debian and of every other Unix: a user with a name that is neither root nor nobody. */
const ORDINARY = { uid: 2, gid: 2 }
const isRoot = process.getuid?.() === 0

describe.skipIf(!isRoot)(
  'an ordinary user (only root can become one; without root all other tests are this case)',
  () => {
    it('gets their own cluster, which root later opens as that user', async () => {
      const folder = await makeTemporaryFolder()
      await chown(folder, ORDINARY.uid, ORDINARY.gid)
      const dataDir = path.join(folder, 'data')
      const holder = startHolder(dataDir, ORDINARY)
      expect(await holder.answer).toMatchObject({
        url: expect.stringContaining('127.0.0.1'),
        pid: expect.any(Number),
      })
      holder.process.stdin?.end()
      await holder.exited
      const asRoot = await startEmbeddedPostgres({ dataDir }).catch((error) => error)
      expect(asRoot).toMatchObject({ pid: expect.any(Number) })
      expect((await stat(`/proc/${asRoot.pid}`)).uid).toBe(ORDINARY.uid)
      await asRoot.stop()
      const again = startHolder(dataDir, ORDINARY)
      expect(await again.answer).toMatchObject({ pid: expect.any(Number) })
      again.process.kill('SIGTERM')
      await again.exited
    })

    it('is told that a folder of root does not belong to them', async () => {
      const dataDir = path.join(await makeTemporaryFolder(), 'data')
      const holder = startHolder(dataDir, ORDINARY)
      expect(await holder.answer).toMatchObject({
        code: 'folder-unusable',
        message: expect.stringContaining('cannot be used (EACCES)'),
      })
      await holder.exited
    })
  },
)
