import { type Command, createArgument, Option } from 'commander'
import { CliError } from '../cli-error.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { listenForStop } from '../terminal/stop-signals.js'
import { type CommandContext, reply } from './context.js'

/** ONNX Runtime and TensorFlow.js take a second to load; no other command needs them. */
const loadModel = () => import('@sweepd/model')

/** `sweepd engine list | install | remove` */
export function addEngineCommands(
  program: Command,
  createContext: () => CommandContext,
  finish: (code: ExitCode) => void,
): void {
  const engine = program
    .command('engine')
    .description('the engines that workers of this machine can train with')
  engine
    .command('list')
    .description('try each engine, and say why one is unavailable')
    .action(async () => finish(await listEngines(createContext())))
  engine
    .command('install')
    .description('build the tfjs engine: TensorFlow, through @tensorflow/tfjs-node-gpu')
    .addArgument(engineArgument())
    .addOption(new Option('--gpu', 'for NVIDIA GPUs: 4 GB, most of it CUDA libraries').default(false))
    .action(async (_, { gpu }) => finish(await installEngine(gpu ? 'gpu' : 'cpu', createContext())))
  engine
    .command('remove')
    .description('delete what engine install built')
    .addArgument(engineArgument())
    .action(async () => finish(await removeEngine(createContext())))
}

const engineArgument = () => createArgument('<engine>', 'tfjs; the others come with npm').choices(['tfjs'])

async function listEngines(context: CommandContext): Promise<ExitCode> {
  const { listEngines: list, REMEDIES } = await loadModel()
  const engines = await list({ enginesDir: context.env.SWEEPD_ENGINES_DIR })
  const width = Math.max(...engines.map(({ kind }) => kind.length)) + 2
  return reply(context, engines, () =>
    engines.flatMap(({ kind, ...result }) => {
      const name = kind.padEnd(width)
      if (!result.isAvailable)
        return [
          `${name}unavailable: ${result.reason}`,
          `${' '.repeat(width)}To have it, ${REMEDIES[kind].replace(INSTEAD, '')}.`,
        ]
      const notes = [result.note ?? [], kind === 'tfjs-plain' ? PLAIN_NOTE : []].flat()
      return [[`${name}${result.version} on ${result.device}`, ...notes].join('; ')]
    }),
  )
}

const PLAIN_NOTE = 'hundreds of times slower than the others'
/** What a worker that cannot start should hear, and nobody else. */
const INSTEAD = /, (set ENGINE=tfjs-plain.*|or set ENGINE=auto.*)$/

async function installEngine(variant: 'cpu' | 'gpu', { env, terminal }: CommandContext): Promise<ExitCode> {
  const { installTfjs, InstallationError } = await loadModel()
  const signals = listenForStop()
  let current = ''
  const onProgress = (step: string, detail?: string) => {
    if (step !== current && !terminal.isInteractive) terminal.print(step)
    current = step
    terminal.draw([detail === undefined ? step : `${step}: ${detail}`])
  }
  try {
    const enginesDir = env.SWEEPD_ENGINES_DIR
    const { folder, isNew, device, note, manifest } = await installTfjs({
      ...{ enginesDir, variant, onProgress },
      signal: signals.stop,
    })
    terminal.erase()
    terminal.print(
      `${isNew ? 'Installed' : 'Already installed:'} TensorFlow ${manifest.tensorflow} in ${folder}; it trains on ${device}.`,
      ...(note === undefined ? [] : [`${note}.`]),
      'Workers use it with ENGINE=tfjs. npx sweepd engine remove tfjs deletes it.',
    )
    return EXIT.ok
  } catch (error) {
    terminal.erase()
    if (error instanceof InstallationError) throw new CliError(error.message, { cause: error })
    if (!signals.stop.aborted) throw error
    terminal.print('Stopped. Nothing was installed.')
    return EXIT.interrupted
  } finally {
    signals.dispose()
  }
}

async function removeEngine({ env, terminal }: CommandContext): Promise<ExitCode> {
  const { removeTfjs } = await loadModel()
  const wasThere = await removeTfjs(env.SWEEPD_ENGINES_DIR)
  terminal.print(
    wasThere
      ? 'Removed the tfjs engine. Workers with ENGINE=tfjs cannot start until it is installed again.'
      : `There is no tfjs engine in ${env.SWEEPD_ENGINES_DIR}.`,
  )
  return EXIT.ok
}
