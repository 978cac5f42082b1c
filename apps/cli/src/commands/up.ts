import { CliError } from '../cli-error.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { probePort } from '../services/probe-port.js'
import { type Services, startServices } from '../services/start-services.js'
import { aborted, listenForStop, orAborted } from '../terminal/stop-signals.js'
import type { CommandContext } from './context.js'

/** `sweepd up`: everything on this machine, until Ctrl-C. */
export async function up({ isVerbose }: { isVerbose: boolean }, context: CommandContext): Promise<ExitCode> {
  const { env, terminal } = context
  const signals = listenForStop()
  try {
    const port = await orAborted(choosePort(context), signals.stop)
    terminal.print('Starting database, worker and API…')
    const say = (message: string) => terminal.print(message)
    const services = await startServices({ env, port, isVerbose, say, signal: signals.stop })
    terminal.print(...describeServices(services, context))
    const reason = await Promise.race([
      aborted(signals.stop),
      services.databaseLost.then(() => 'lost' as const),
    ])
    if (reason === 'lost')
      terminal.print('The embedded Postgres stopped unexpectedly; see postgres.log in the data folder.')
    terminal.print(
      '',
      'Stopping. Running trials finish their epoch and go back to the queue. Ctrl-C again ends at once.',
    )
    await services.stop(reason === 'lost' ? AbortSignal.abort() : signals.now)
    terminal.print('Stopped.')
    return reason === 'lost' ? EXIT.failed : EXIT.ok
  } catch (error) {
    if (!signals.stop.aborted) throw error
    return EXIT.interrupted
  } finally {
    signals.dispose()
  }
}

async function choosePort({ env: { PORT, HOST } }: CommandContext): Promise<number> {
  const port = await probePort(PORT, HOST)
  if (port !== undefined) return port
  throw new CliError(
    `Port ${PORT} of ${HOST} is taken, perhaps by another sweepd up. Stop what listens there, or set PORT to another.`,
  )
}

function describeServices({ url, slots, logFolder }: Services, { env, terminal }: CommandContext): string[] {
  const rows = [
    ['dashboard', `${url}/ui/`],
    ['API', url],
    ['reference', `${url}/docs`],
    ['data', env.SWEEPD_DATA_DIR],
    ...(logFolder === undefined ? [] : [['logs', logFolder]]),
    ...(slots === undefined ? [] : [['slots', `${slots} (trials that train at once)`]]),
    ['submit', 'npx sweepd run examples/quickstart.json'],
    ['stop', 'Ctrl-C'],
  ]
  return [
    '',
    terminal.paint('bold', 'sweepd is up.'),
    ...rows.map(([name = '', text]) => `  ${name.padEnd(10)} ${text}`),
  ]
}
