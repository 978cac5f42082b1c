import { METRIC_NAMES, type MetricName, TRIAL_STATES } from '@sweepd/core'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { CommandContext } from './commands/context.js'
import { quickstart } from './commands/quickstart.js'
import { reproduce } from './commands/reproduce.js'
import { run } from './commands/run.js'
import { type TrialsOptions, trials } from './commands/trials.js'
import { up } from './commands/up.js'
import { watch } from './commands/watch.js'
import type { ExitCode } from './exit-codes.js'
import type { Shortening } from './reproduce/submit-sweeps.js'

const MAX_LIMIT = 500

/** Tells the exit code of the command that was run. */
export type Finish = (code: ExitCode) => void

/** The command line; the context is made when a command runs, so that `--help` works whatever the environment says. */
export function createProgram(createContext: () => CommandContext, finish: Finish): Command {
  const program = new Command('sweepd')
    .description('Hyperparameter sweeps for small convolutional networks')
    .showHelpAfterError()
    .addHelpText('after', `\n${ENVIRONMENT_HELP}`)
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
  program.addCommand(createTrialsCommand(createContext, finish))
  program
    .command('quickstart')
    .description('start everything, run examples/quickstart.json, and stop again')
    .action(async () => finish(await quickstart(createContext())))
  program.addCommand(createReproduceCommand(createContext, finish))
  return program
}

function createReproduceCommand(createContext: () => CommandContext, finish: Finish): Command {
  return new Command('reproduce')
    .description("train the seed notebook's eight models and compare; about an hour on two cores")
    .option('--epochs <n>', 'only so many, as a quick trial that compares and writes nothing', parseCount)
    .option('--train-size <n>', 'training images, likewise', parseCount)
    .action(async (options: Shortening) => finish(await reproduce(options, createContext())))
}

function createTrialsCommand(createContext: () => CommandContext, finish: Finish): Command {
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
    .option('--limit <n>', `how many, at most ${MAX_LIMIT}`, parseLimit, 20)
    .action(async (options: TrialsOptions) => finish(await trials(options, createContext())))
}

function parseLimit(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit
  throw new InvalidArgumentError(`It is a whole number from 1 to ${MAX_LIMIT}.`)
}

function parseCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1) return count
  throw new InvalidArgumentError('It is a whole number from 1 on.')
}

const ENVIRONMENT_HELP = `Environment (also from the .env file of the project):
  SWEEPD_URL         the API that run, watch and trials speak to (http://127.0.0.1:3000)
  PORT, HOST         where up listens (3000, 127.0.0.1)
  SWEEPD_DATA_DIR    database, images and logs (.sweepd)
  DATABASE_URL       a Postgres instead of the embedded one
  REDIS_URL          a Redis for the queue instead of Postgres
  FASHION_MNIST_DIR  a folder with the four Fashion-MNIST files
  API_TOKEN          required of all requests where it is set`
