import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type ImportOptions, layoutOf, readCanonical, shapeOf } from '@sweepd/dataset'
import { createFolder } from '@sweepd/process'
import type { DatasetUpload } from '@sweepd/scheduler'
import { HttpError } from '../problems/http-error.js'
import type { FromImport, ToImport } from './import-child.js'

/** A file that someone sends, and how it is to be read. */
export interface SentFile {
  readonly name: string
  /** Its ending says what it is. */
  readonly fileName: string
  readonly options: ImportOptions
}

/** The compiled one, also if this file runs uncompiled in a test. */
const ENTRY = new URL('../../dist/datasets/import-child.js', import.meta.url)

/**
 * Takes a file of images, as `importDataset` reads it: keeps it in the data folder meanwhile, imports it in a process of
 * its own, so that requests are served and a decoder that dies takes nobody along, and hands the data set to `add`.
 * @throws HttpError saying what is wrong with the file
 */
export async function importUpload<T>(
  dataDir: string,
  { name, fileName, options }: SentFile,
  body: AsyncIterable<Uint8Array>,
  add: (upload: DatasetUpload) => Promise<T>,
): Promise<T> {
  const folder = resolve(dataDir, 'uploads', randomUUID())
  try {
    await createFolder(folder)
    const source = join(folder, fileName)
    await pipeline(body, createWriteStream(source, { flags: 'wx' }))
    const target = join(folder, 'imported')
    await runImport({ source, target, options }, folder)
    const dataset = await readCanonical(target)
    try {
      const { digest, ...content } = dataset.manifest
      const { sizeBytes } = layoutOf(shapeOf(dataset.manifest))
      return await add({ name, digest, content, sizeBytes, pieces: dataset.readAll() })
    } finally {
      await dataset.close()
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const detail = { ENOSPC: NO_ROOM, EROFS: NO_FOLDER, EACCES: NO_FOLDER }[code]
    throw detail === undefined ? error : new HttpError(507, 'no-room', detail, { cause: error })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const NO_ROOM =
  'The disk of the service is full, and nothing was stored. Import the data set on your machine instead, as npx sweepd data add does.'

const NO_FOLDER =
  'The service cannot write to its data folder (SWEEPD_DATA_DIR), where files lie while they are imported, and nothing was stored. Import the data set on your machine instead, as npx sweepd data add does.'

async function runImport(order: ToImport, folder: string): Promise<void> {
  const child = fork(ENTRY, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], serialization: 'advanced' })
  const answer = await new Promise<FromImport>((resolve) => {
    child.on('message', (message: FromImport) => resolve(message))
    child.on('error', (error) => resolve({ type: 'failed', message: error.message }))
    child.on('exit', (code, signal) =>
      resolve({
        type: 'failed',
        message: `the import ended unexpectedly (${signal ?? `exit code ${code}`})`,
      }),
    )
    child.send(order, () => {})
  })
  child.kill('SIGKILL')
  if (answer.type === 'done') return
  // Its owner knows the file by its name.
  const message = answer.message.replaceAll(`${folder}/`, '').replaceAll(folder, '')
  if (answer.type === 'refused') throw new HttpError(400, 'invalid-dataset', message)
  if (answer.type === 'full') throw new HttpError(507, 'no-room', NO_ROOM)
  throw new Error(`a data set could not be imported: ${message}`)
}
