import { CliError } from '../cli-error.js'
import type { ExitCode } from '../exit-codes.js'
import { type CommandContext, connect, reply } from './context.js'

/** `sweepd open`: the address of the dashboard, once the API there is up. */
export async function open(context: CommandContext): Promise<ExitCode> {
  const api = context.env.SWEEPD_URL
  if (!(await connect(context).isReady()))
    throw new CliError(`The sweepd API at ${api} is not up. Start it with: npx sweepd up`)
  const url = new URL('ui/', api.endsWith('/') ? api : `${api}/`).href
  return reply(context, { url }, () => [`Dashboard: ${url}`])
}
