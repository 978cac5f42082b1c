import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createFolder } from '@sweepd/process'
import { CanonicalScan } from './canonical-scan.js'
import type { CanonicalManifest, CanonicalShape, DatasetCheck } from './manifest.js'

/** Names of the two files of a canonical data set. */
export const MANIFEST_FILE = 'manifest.json'
export const DATA_FILE = 'data.bin'

/**
 * Writes a canonical data set as a stream of the bytes of `data.bin`. Everything happens in a temporary folder beside
 * the target that `finish` renames; `discard` removes it. So the target is whole or not there.
 */
export class CanonicalWriter {
  private readonly scan: CanonicalScan

  private constructor(
    private readonly folder: string,
    private readonly temporary: string,
    private readonly file: FileHandle,
    shape: CanonicalShape,
  ) {
    this.scan = new CanonicalScan(shape)
  }

  /** @param folder where the data set will be; it must not exist, or be empty */
  static async create(folder: string, shape: CanonicalShape): Promise<CanonicalWriter> {
    const temporary = join(dirname(folder), `.${randomUUID()}.partial`)
    await createFolder(dirname(folder))
    await mkdir(temporary)
    try {
      return new CanonicalWriter(folder, temporary, await open(join(temporary, DATA_FILE), 'wx'), shape)
    } catch (error) {
      await rm(temporary, { recursive: true, force: true })
      throw error
    }
  }

  /**
   * Appends the next bytes of `data.bin`, in pieces of any size.
   * @throws RangeError if they are too many, or a label has no class.
   */
  async append(bytes: Uint8Array): Promise<void> {
    this.scan.add(bytes)
    for (let done = 0; done < bytes.length; )
      done += (await this.file.write(bytes, done, bytes.length - done)).bytesWritten
  }

  /**
   * Writes the manifest and puts the data set in its place.
   * @throws RangeError if bytes are missing; the error of the file system if the target holds something.
   */
  async finish(checks: readonly DatasetCheck[]): Promise<CanonicalManifest> {
    const manifest = this.scan.finish(checks)
    await this.file.sync()
    await this.file.close()
    await writeFile(join(this.temporary, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`)
    await rename(this.temporary, this.folder)
    return manifest
  }

  /** Leaves nothing behind; does nothing after `finish`. */
  async discard(): Promise<void> {
    await this.file.close()
    await rm(this.temporary, { recursive: true, force: true })
  }
}
