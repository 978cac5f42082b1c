import { createRequire } from 'node:module'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

/** The version of sweepd that this worker is of. */
export const VERSION = version
