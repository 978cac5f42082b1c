import { resolve } from 'node:path'
import type { SweepClient } from '@sweepd/client'
import { countPlanned, parseSweepDefinition, type Sweep, type SweepDefinition } from '@sweepd/core'
import { CliError } from '../cli-error.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { findSameSweep } from '../find-same-sweep.js'
import { followToEnd } from '../follow/follow-to-end.js'
import { PROJECT_ROOT } from '../project-root.js'
import { readSweepFile } from '../read-sweep-file.js'
import { probePort } from '../services/probe-port.js'
import type { Services } from '../services/start-services.js'
import { withServices } from '../services/with-services.js'
import { listenForStop, type StopSignals } from '../terminal/stop-signals.js'
import { chooseDataset } from './choose-dataset.js'
import { type CommandContext, connect } from './context.js'
import { describeNextSteps } from './next-steps.js'

const SWEEP_FILE = resolve(PROJECT_ROOT, 'examples/quickstart.json')

/** `sweepd quickstart [FILE]`: everything on this machine for one real sweep, and its leaderboard. */
export async function quickstart(file: string | undefined, context: CommandContext): Promise<ExitCode> {
  const { terminal } = context
  const signals = listenForStop()
  try {
    const definition = parseSweepDefinition(await readSweepFile(file ?? SWEEP_FILE, context.env.workingDir))
    const dataset = await chooseDataset(definition.dataset, context, signals.stop)
    const port = await choosePort(context)
    return await withServices(context, port, signals, (services) =>
      runOnServices({ ...definition, dataset }, services, context, signals),
    )
  } catch (error) {
    if (!signals.stop.aborted) throw error
    terminal.print('Stopped. The sweep is kept; npm run quickstart continues it.')
    return EXIT.interrupted
  } finally {
    signals.dispose()
  }
}

async function runOnServices(
  definition: SweepDefinition,
  services: Services,
  context: CommandContext,
  signals: StopSignals,
): Promise<ExitCode> {
  const { terminal, env } = context
  const client = connect(context, services.url)
  const sweep = await resumeOrCreate(client, definition, context, signals.stop)
  terminal.print(`Watch it in the dashboard: ${services.url}/ui/   logs: ${services.logFolder}`)
  const options = { signal: signals.stop, fromStart: true }
  const isFlawless = await followToEnd(client, sweep.id, terminal, options)
  terminal.print(...describeNextSteps(env.PORT || 3000), '')
  return isFlawless ? EXIT.ok : EXIT.failed
}

/** An interrupted quickstart continues: its trials wait in the data folder and would come first anyway. */
async function resumeOrCreate(
  client: SweepClient,
  definition: SweepDefinition,
  { terminal }: CommandContext,
  signal: AbortSignal,
): Promise<Sweep> {
  const interrupted = await findSameSweep(client, definition, ({ state }) => state === 'running')
  const sweep = interrupted ?? (await client.createSweep(definition, { signal }))
  const verb = interrupted ? 'Going on with the sweep' : 'Sweep'
  terminal.print(`${verb} ${sweep.name} on ${sweep.dataset}: ${countPlanned(sweep)} trials (${sweep.id})`)
  return sweep
}

async function choosePort({ env: { PORT, HOST }, terminal }: CommandContext): Promise<number> {
  const wanted = await probePort(PORT, HOST)
  if (wanted !== undefined) return wanted
  const port = await probePort(0, HOST)
  if (port === undefined) throw new CliError(`There is no free port on ${HOST}.`)
  terminal.print(`Port ${PORT} is taken; the quickstart uses ${port} instead.`)
  return port
}
