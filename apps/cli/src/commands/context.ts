import { createClient, type SweepClient } from '@sweepd/client'
import type { Env } from '../env.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import type { Terminal } from '../terminal/terminal.js'

/** What every command gets. */
export interface CommandContext {
  readonly env: Env
  readonly terminal: Terminal
  /** Whether `--json` asks for what the API returned instead of text. */
  readonly isJson: boolean
}

/** A client of the API at SWEEPD_URL, or at another address. */
export const connect = ({ env }: CommandContext, baseUrl = env.SWEEPD_URL): SweepClient =>
  createClient({ baseUrl, token: env.API_TOKEN })

/** Prints what a command has to say: lines for a person, or the value itself as JSON. */
export function reply(
  { terminal, isJson }: CommandContext,
  value: unknown,
  lines: () => readonly string[],
): ExitCode {
  terminal.print(...(isJson ? [JSON.stringify(value, null, 2)] : lines()))
  return EXIT.ok
}
