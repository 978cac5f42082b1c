import { resolve } from 'node:path'

/** The folder of the repository, whether this runs from `src` or from `dist`. */
export const PROJECT_ROOT = resolve(import.meta.dirname, '../../..')
