import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'

/** A folder for the tests of a file: made before the first of them and removed after the last. */
export class ScratchFolder {
  path = ''
  private count = 0

  constructor() {
    beforeAll(async () => {
      this.path = await mkdtemp(join(tmpdir(), 'sweepd-import-'))
    })
    afterAll(() => rm(this.path, { recursive: true, force: true }))
  }

  /** A path in a new folder of its own, or of that folder. Nothing stands there yet. */
  newPath(name = ''): string {
    return join(this.path, `${this.count++}`, name)
  }
}
