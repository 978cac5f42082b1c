import { METRIC_NAMES, type MetricName, TRIAL_STATES } from '@sweepd/core'
import { Command, InvalidArgumentError, Option } from 'commander'
import { cancel, type TrialChoice } from './commands/cancel.js'
import type { CommandContext } from './commands/context.js'
import { addDataCommands } from './commands/data.js'
import { doctor } from './commands/doctor.js'
import { addEngineCommands } from './commands/engine.js'
import { type ExportOptions, exportSweep } from './commands/export.js'
import { gpus } from './commands/gpus.js'
import { open } from './commands/open.js'
import { quickstart } from './commands/quickstart.js'
import { reproduce } from './commands/reproduce.js'
import { retry } from './commands/retry.js'
import { run } from './commands/run.js'
import { show } from './commands/show.js'
import { deleteSweep, pause, resume, setPriority } from './commands/sweep-commands.js'
import { sweeps } from './commands/sweeps.js'
import { type TrialsOptions, trials } from './commands/trials.js'
import { up } from './commands/up.js'
import { watch } from './commands/watch.js'
import { drain, workers } from './commands/workers.js'
import type { ExitCode } from './exit-codes.js'
import type { Shortening } from './reproduce/submit-sweeps.js'

const MAX_LIMIT = 500

/** Tells the exit code of the command that was run. */
export type Finish = (code: ExitCode) => void

/** The command line; the context is made when a command runs, so that `--help` works whatever the environment says. */
export function createProgram(createBase: () => Omit<CommandContext, 'isJson'>, finish: Finish): Command {
  const program = new Command('sweepd')
  const createContext = () => ({ ...createBase(), isJson: program.opts()['json'] === true })
  program
    .description('Hyperparameter sweeps for small convolutional networks')
    .option('--json', 'print JSON instead of text; not for up, quickstart and reproduce')
    .showHelpAfterError()
    .addHelpText('after', `\n${ENVIRONMENT_HELP}\n\n${EXIT_CODE_HELP}`)
  program
    .command('up')
    .description('start database, API and worker on this machine')
    .option('--verbose', 'write their logs to the terminal instead of to files', false)
    .action(async ({ verbose }) => finish(await up({ isVerbose: verbose }, createContext())))
  program
    .command('run')
    .description('submit a sweep file, follow it, and print its leaderboard')
    .argument('<file>', 'JSON, as for POST /sweeps; - for standard input')
    .action(async (file) => finish(await run(file, createContext())))
  program
    .command('watch')
    .description('follow a sweep that was submitted before')
    .argument('<id>', 'the id of the sweep')
    .action(async (id) => finish(await watch(id, createContext())))
  program
    .command('sweeps')
    .description('list the newest sweeps and how far they are')
    .option('--limit <n>', 'how many, at most 100', parseWholeNumber(1, 100), 20)
    .action(async (options: { limit: number }) => finish(await sweeps(options, createContext())))
  program.addCommand(createTrialsCommand(createContext, finish))
  program
    .command('show')
    .description('print one trial: hyperparameters, curves, score by class, attempts')
    .argument('<id>', 'the id of the trial, or of its sweep if a number follows')
    .argument('[number]', 'the number of the trial within the sweep', parseWholeNumber(0))
    .action(async (id: string, number: number | undefined) => finish(await show(id, number, createContext())))
  program.addCommand(createExportCommand(createContext, finish))
  addSweepCommands(program, createContext, finish)
  addWorkerCommands(program, createContext, finish)
  addDataCommands(program, createContext, finish)
  addEngineCommands(program, createContext, finish)
  program
    .command('gpus')
    .description('list the NVIDIA GPUs of this machine')
    .option('--compose', 'print a compose file with a worker for each of them', false)
    .action(async ({ compose }) => finish(await gpus({ isCompose: compose }, createContext())))
  program
    .command('doctor')
    .description('check Node, engine, GPU, disk, database, queue, images and API, and say what to do')
    .action(async () => finish(await doctor(createContext())))
  program
    .command('quickstart')
    .description('start everything, run a sweep, and stop again')
    .argument('[file]', 'a sweep file instead of examples/quickstart.json')
    .action(async (file?: string) => finish(await quickstart(file, createContext())))
  program
    .command('open')
    .description('print the address of the dashboard')
    .action(async () => finish(await open(createContext())))
  program.addCommand(createReproduceCommand(createContext, finish))
  return program
}

function createReproduceCommand(createContext: CreateContext, finish: Finish): Command {
  return new Command('reproduce')
    .description("train the seed notebook's eight models and compare; about an hour on two cores")
    .option(
      '--epochs <n>',
      'only so many, as a quick trial that compares and writes nothing',
      parseWholeNumber(1),
    )
    .option('--train-size <n>', 'training images, likewise', parseWholeNumber(1))
    .action(async (options: Shortening) => finish(await reproduce(options, createContext())))
}

function createExportCommand(createContext: CreateContext, finish: Finish): Command {
  return new Command('export')
    .description('write the trials of a sweep as CSV or JSON Lines, for pandas or a spreadsheet')
    .argument('<id>', 'the id of the sweep')
    .addOption(new Option('--format <format>', 'how it is written').choices(['csv', 'jsonl']).default('csv'))
    .option('--epochs', 'a row for each epoch of each trial, instead of for each trial', false)
    .option('--out <file>', 'where to; without it to standard output')
    .action(async (id: string, options: ExportOptions) =>
      finish(await exportSweep(id, options, createContext())),
    )
}

function createTrialsCommand(createContext: CreateContext, finish: Finish): Command {
  return new Command('trials')
    .description('print the leaderboard of one sweep or of all')
    .option('--sweep <id>', 'only trials of this sweep')
    .addOption(
      new Option('--sort <metric>', 'best first')
        .choices(METRIC_NAMES)
        .default('val_acc' satisfies MetricName),
    )
    .addOption(new Option('--order <order>', 'overrides best first').choices(['asc', 'desc']))
    .addOption(new Option('--state <state>', 'only trials in this state').choices(TRIAL_STATES))
    .option(
      '--filter <conditions>',
      'only trials of which all are true, such as "lr<=0.001 optimizer=adam val_acc>0.92"',
    )
    .option('--limit <n>', `how many, at most ${MAX_LIMIT}`, parseWholeNumber(1, MAX_LIMIT), 20)
    .action(async (options: TrialsOptions) => finish(await trials(options, createContext())))
}

type CreateContext = () => CommandContext

function addSweepCommands(program: Command, createContext: CreateContext, finish: Finish): void {
  const sweepCommand = (name: string, description: string) =>
    program.command(name).description(description).argument('<id>', 'the id of the sweep')
  sweepCommand('pause', 'let running trials finish their epoch, and start no more').action(async (id) =>
    finish(await pause(id, createContext())),
  )
  sweepCommand('resume', 'resume a paused sweep').action(async (id) =>
    finish(await resume(id, createContext())),
  )
  sweepCommand('cancel', 'end a sweep, or one of its trials')
    .option('--trial <number>', 'only this trial', parseWholeNumber(0))
    .action(async (id, choice: TrialChoice) => finish(await cancel(id, choice, createContext())))
  sweepCommand('retry', 'let the failed trials of a sweep begin anew, or one of them')
    .option('--trial <number>', 'only this trial', parseWholeNumber(0))
    .action(async (id, choice: TrialChoice) => finish(await retry(id, choice, createContext())))
  sweepCommand('priority', 'say how soon its trials are taken, compared with other sweeps')
    .argument('<n>', 'from -100 to 100, 0 unless told; the highest goes first', parseWholeNumber(-100, 100))
    .action(async (id, priority: number) => finish(await setPriority(id, priority, createContext())))
  sweepCommand('delete', 'forget an ended sweep with all its trials').action(async (id) =>
    finish(await deleteSweep(id, createContext())),
  )
}

function addWorkerCommands(program: Command, createContext: CreateContext, finish: Finish): void {
  program
    .command('workers')
    .description('list the workers and what they train')
    .action(async () => finish(await workers(createContext())))
  program
    .command('drain')
    .description('let a worker give its trials back after their epoch, and end')
    .argument('<worker>', 'its id, as workers shows it')
    .action(async (id) => finish(await drain(id, createContext())))
}

const parseWholeNumber =
  (min: number, max = Number.POSITIVE_INFINITY) =>
  (text: string): number => {
    const number = Number(text)
    if (/^-?\d+$/.test(text) && number >= min && number <= max) return number
    const range = max === Number.POSITIVE_INFINITY ? `, ${min} or more` : ` from ${min} to ${max}`
    throw new InvalidArgumentError(`It is a whole number${range}.`)
  }

const ENVIRONMENT_HELP = `Environment (also from the .env file of the project):
  SWEEPD_URL         the API that all but up and quickstart speak to (http://127.0.0.1:3000)
  PORT, HOST         where up listens (3000, 127.0.0.1)
  SWEEPD_DATA_DIR    database, images and logs (.sweepd)
  SWEEPD_ENGINES_DIR engines that engine install builds (engines in the data folder)
  DATABASE_URL       a Postgres instead of the embedded one
  REDIS_URL          a Redis for the queue instead of Postgres
  FASHION_MNIST_DIR  a folder with the four Fashion-MNIST files
  API_TOKEN          required of all requests where it is set`

const EXIT_CODE_HELP = `Exit codes:
  0    done; of run, watch and quickstart: the sweep completed and no trial failed
  1    a trial failed, or the command could not be done: the last lines on stderr say why;
       of doctor: it found a fault
  130  interrupted by Ctrl-C or SIGTERM`
