#!/usr/bin/env node
import { ApiError, UnexpectedAnswerError, UnreachableError } from '@sweepd/client'
import { EnvironmentError } from '@sweepd/core'
import { EmbeddedPostgresError } from '@sweepd/embedded'
import { CliError } from './cli-error.js'
import { loadEnvFile, parseEnv } from './env.js'
import { EXIT } from './exit-codes.js'
import { createProgram } from './program.js'
import { asCommand } from './render/as-command.js'
import { createTerminal } from './terminal/terminal.js'

/** Errors whose message tells a person what to do. */
const EXPLAINED = [
  CliError,
  EnvironmentError,
  ApiError,
  UnreachableError,
  UnexpectedAnswerError,
  EmbeddedPostgresError,
]

// Whoever reads our output may stop early, as in `sweepd trials | head`.
process.stdout.on('error', () => process.exit(EXIT.ok))

function createContext() {
  loadEnvFile()
  const env = parseEnv(process.env)
  return {
    env,
    terminal: createTerminal(process.stdout, { noColor: env.NO_COLOR !== undefined, term: env.TERM }),
  }
}

try {
  const program = createProgram(createContext, (code) => {
    process.exitCode = code
  })
  await program.parseAsync()
  // Work that takes no signal, such as a connection to a silent server, must not hold an interrupted process.
  if (process.exitCode === EXIT.interrupted) process.stdout.write('', () => process.exit())
} catch (error) {
  const isExplained = EXPLAINED.some((type) => error instanceof type)
  process.stderr.write(`${isExplained && error instanceof Error ? explain(error) : describeUnknown(error)}\n`)
  process.exitCode = EXIT.failed
}

function explain(error: Error): string {
  if (!(error instanceof ApiError)) return error.message
  const { action } = error.problem
  return action === undefined ? error.message : `${error.message}\nTry: ${asCommand(action)}`
}

function describeUnknown(error: unknown): string {
  return String(error instanceof Error ? (error.stack ?? error) : error)
}
