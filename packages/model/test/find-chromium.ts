import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const REMEDY = 'install chromium (Debian: apt-get install chromium)'

/** The Chromium on the PATH, if there is one. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.flatMap((folder) => PROGRAMS.map((name) => join(folder, name))).find(isExecutable)
}

/**
 * Why no browser is available here, for the title of the tests that are skipped for it; undefined if one is.
 * Where `CI` is `true` it throws instead: there these tests must run.
 */
export function findChromiumFault(): string | undefined {
  if (findChromium() !== undefined) return undefined
  const fault = `no Chromium here: ${REMEDY}`
  if (process.env['CI'] === 'true') throw new Error(`${fault}. In CI, tests in a browser are not skipped.`)
  return fault
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
