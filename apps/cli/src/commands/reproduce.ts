import { resolve } from 'node:path'
import { CliError } from '../cli-error.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { formatDuration } from '../render/numbers.js'
import { renderComparison } from '../reproduce/render-report.js'
import { describeCommit } from '../reproduce/report.js'
import type { Shortening } from '../reproduce/submit-sweeps.js'
import { trainModels } from '../reproduce/train-models.js'
import { writeReport } from '../reproduce/write-report.js'
import { probePort } from '../services/probe-port.js'
import { withServices } from '../services/with-services.js'
import { listenForStop } from '../terminal/stop-signals.js'
import { type CommandContext, connect } from './context.js'

/**
 * `sweepd reproduce`: the seed's eight trainings as sweeps, and a comparison with its figures, which goes into docs/.
 * If it was interrupted, it continues where it was. Shortened, it only shows that all of it works: nothing is compared or written.
 */
export async function reproduce(shortening: Shortening, context: CommandContext): Promise<ExitCode> {
  const isShort = Object.keys(shortening).length > 0
  const commit = describeCommit()
  // One folder for each commit: trials of another one are neither resumed nor taken for this one's.
  const own = isolate(context, `reproduce/${commit}${isShort ? '-short' : ''}`)
  const { terminal } = own
  const signals = listenForStop()
  try {
    await requireImages(own, signals.stop)
    const port = await probePort(0, own.env.HOST)
    if (port === undefined) throw new CliError(`There is no free port on ${own.env.HOST}.`)
    const report = await withServices(own, port, signals, async ({ url }) =>
      trainModels(connect(own, url), shortening, terminal, signals.stop),
    )
    terminal.print(
      '',
      ...renderComparison(report.results),
      '',
      `Wall time ${formatDuration(report.wallTimeMs)}`,
    )
    if (isShort) return EXIT.ok
    terminal.print(`Written: ${(await writeReport({ ...report, commit })).join(', ')}`)
    return report.results.every(({ isReached }) => isReached) ? EXIT.ok : EXIT.failed
  } catch (error) {
    if (!signals.stop.aborted) throw error
    terminal.print('Stopped. What has been trained is kept; npm run reproduce continues it.')
    return EXIT.interrupted
  } finally {
    signals.dispose()
  }
}

/** Everything embedded, in a folder of its own below the data folder. */
function isolate({ env, ...context }: CommandContext, folder: string): CommandContext {
  const own = {
    SWEEPD_DATA_DIR: resolve(env.SWEEPD_DATA_DIR, folder),
    DATABASE_URL: undefined,
    REDIS_URL: undefined,
    HOST: '127.0.0.1',
  }
  return { env: { ...env, ...own, forChildren: { ...env.forChildren, ...own } }, ...context }
}

async function requireImages({ env, terminal }: CommandContext, signal: AbortSignal): Promise<void> {
  const location = { dataDir: env.SWEEPD_DATA_DIR, fashionMnistDir: env.FASHION_MNIST_DIR }
  const onProgress = (message: string) => terminal.print(`Data set: ${message}`)
  const { DatasetError, loadDataset } = await import('@sweepd/dataset')
  try {
    await loadDataset('fashion-mnist', location, { signal, onProgress })
  } catch (cause) {
    if (!(cause instanceof DatasetError)) throw cause
    throw new CliError(`The seed's figures are those of the real images.\n${cause.message}`, { cause })
  }
}
