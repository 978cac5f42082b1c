import { createClient, type SweepClient } from '@sweepd/client'
import type { Env } from '../env.js'
import type { Terminal } from '../terminal/terminal.js'

/** What every command gets. */
export interface CommandContext {
  readonly env: Env
  readonly terminal: Terminal
}

/** A client of the API at SWEEPD_URL, or at another address. */
export const connect = ({ env }: CommandContext, baseUrl = env.SWEEPD_URL): SweepClient =>
  createClient({ baseUrl, token: env.API_TOKEN })
