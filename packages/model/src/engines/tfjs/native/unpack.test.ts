import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { unpack } from './unpack.js'

/** A tarball as npm has it, with a file that only its owner may read, and one that wants to leave the folder. */
const MAKE_TARBALL = `
import io, sys, tarfile
with tarfile.open(sys.argv[1], 'w:gz') as tarball:
    for name in ('package/lib/private.js', 'package/../../outside.js'):
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.uid, member.gid = 5, 0o600, 4321, 4321
        tarball.addfile(member, io.BytesIO(b'text\\n'))
`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sweepd-unpack-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const hasPython = spawnSync('python3', ['--version']).status === 0

it.skipIf(!hasPython)("unpacks npm's tarball inside the folder, for other users to read", async () => {
  const tarball = join(folder, 'package.tgz')
  expect(spawnSync('python3', ['-c', MAKE_TARBALL, tarball]).status).toBe(0)
  await unpack(tarball, join(folder, 'a', 'b'), [], {})
  const file = join(folder, 'a', 'b', 'lib', 'private.js')
  expect(await readFile(file, 'utf8')).toBe('text\n')
  const { mode, uid } = await stat(file)
  expect(mode & 0o777).toBe(0o666 & ~process.umask())
  expect(uid).toBe(process.getuid?.())
  await expect(stat(join(folder, 'a', 'outside.js'))).rejects.toThrow('ENOENT')
  await expect(stat(join(folder, 'outside.js'))).rejects.toThrow('ENOENT')
})
