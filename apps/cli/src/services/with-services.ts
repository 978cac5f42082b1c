import { CliError } from '../cli-error.js'
import type { CommandContext } from '../commands/context.js'
import type { StopSignals } from '../terminal/stop-signals.js'
import { type Services, startServices } from './start-services.js'

/**
 * Runs everything on this machine for one piece of work, and stops it in order whatever comes.
 * @throws CliError if the embedded database ends meanwhile; what `startServices` and the work throw.
 */
export async function withServices<T>(
  { env, terminal }: CommandContext,
  port: number,
  signals: StopSignals,
  work: (services: Services) => Promise<T>,
): Promise<T> {
  terminal.print('Starting database, worker and API…')
  const say = (message: string) => terminal.print(message)
  const services = await startServices({ env, port, isVerbose: false, say, signal: signals.stop })
  const lost = services.databaseLost.then(() => {
    throw new CliError(`The embedded Postgres ended unasked; see its log in ${env.SWEEPD_DATA_DIR}.`)
  })
  try {
    return await Promise.race([work(services), lost])
  } finally {
    terminal.print(signals.stop.aborted ? '\nStopping; Ctrl-C again ends at once.' : 'Stopping.')
    await services.stop(signals.now)
  }
}
