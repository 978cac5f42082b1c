import { resolve } from 'node:path'

/** Names the folder to the processes that train. */
export const ENGINES_DIR_VARIABLE = 'SWEEPD_ENGINES_DIR'

/** Where engines are that do not come with npm: SWEEPD_ENGINES_DIR, else `engines` in the data folder. */
export function resolveEnginesDir(environment: NodeJS.ProcessEnv = process.env): string {
  const { [ENGINES_DIR_VARIABLE]: enginesDir, SWEEPD_DATA_DIR } = environment
  return enginesDir ? resolve(enginesDir) : resolve(SWEEPD_DATA_DIR || '.sweepd', 'engines')
}
