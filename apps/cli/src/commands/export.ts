import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CliError } from '../cli-error.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { formatBytes } from '../render/dataset-page.js'
import { listenForStop } from '../terminal/stop-signals.js'
import { type CommandContext, connect } from './context.js'

/** What to export and where to. */
export interface ExportOptions {
  readonly format: 'csv' | 'jsonl'
  readonly epochs: boolean
  /** Undefined: standard output. */
  readonly out?: string
}

/** `sweepd export SWEEP`: its trials or epochs as a file; a file is there whole, or not at all. */
export async function exportSweep(
  id: string,
  { format, epochs, out }: ExportOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { env, terminal } = context
  const signals = listenForStop()
  const { stop } = signals
  try {
    const query = { format, of: epochs ? 'epochs' : 'trials' } as const
    const source = await connect(context).exportSweep(id, query, { signal: stop })
    if (out === undefined) {
      await copy(source, process.stdout, stop, () => {}, false)
      return EXIT.ok
    }
    const file = resolve(env.workingDir, out)
    const sizeBytes = await writeWhole(source, file, stop, (bytes) =>
      terminal.draw([`Writing ${file}: ${formatBytes(bytes)}`]),
    )
    terminal.erase()
    if (context.isJson) terminal.print(JSON.stringify({ file, sizeBytes, ...query }, null, 2))
    else terminal.print(`Wrote the ${query.of} of sweep ${id} to ${file} (${formatBytes(sizeBytes)}).`)
    return EXIT.ok
  } catch (error) {
    terminal.erase()
    if (stop.aborted) return EXIT.interrupted
    // The reader of a pipe, such as head, has seen enough.
    if (isCode(error, 'EPIPE')) return EXIT.ok
    throw error
  } finally {
    signals.dispose()
  }
}

/** Writes beside the file and renames, so that nobody reads a half. Returns the size in bytes. */
async function writeWhole(
  source: ReadableStream<Uint8Array>,
  file: string,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
): Promise<number> {
  const part = `${file}.${process.pid}.part`
  try {
    const sizeBytes = await copy(source, createWriteStream(part, { flush: true }), signal, onProgress, true)
    await rename(part, file)
    return sizeBytes
  } catch (error) {
    await rm(part, { force: true })
    if (signal.aborted) throw error
    const cause = error instanceof Error ? error.message : String(error)
    throw new CliError(
      isFileFault(error)
        ? `Cannot write ${file} (${cause}). Give --out a file in a folder that exists and that you may write to.`
        : `The export broke off (${cause}), and ${file} was not written. Try again; the log of the API may say why.`,
      { cause: error },
    )
  }
}

async function copy(
  source: ReadableStream<Uint8Array>,
  target: Writable,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
  end: boolean,
): Promise<number> {
  let bytes = 0
  async function* count(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      bytes += chunk.length
      onProgress(bytes)
      yield chunk
    }
  }
  await pipeline(Readable.fromWeb(source), count, target, { signal, end })
  return bytes
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

const isFileFault = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && 'path' in error
