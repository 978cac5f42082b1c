import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CliError } from '../cli-error.js'
import { PROJECT_ROOT } from '../project-root.js'
import { renderCurves } from './render-curves.js'
import { renderReport } from './render-report.js'
import { type Report, toRawReport } from './report.js'

const DOCS = resolve(PROJECT_ROOT, 'docs')
const PAGE = 'results.md'
const CURVES = 'reproduction-curves.svg'
const RAW = 'reproduction.json'
const BEGIN = '<!-- npm run reproduce writes from here -->'
const END = '<!-- to here -->'

/**
 * Writes the report into its section of docs/results.md, the chart and the raw results beside it.
 * @returns the names of the files. @throws CliError if the page has no such section
 */
export async function writeReport(report: Report): Promise<string[]> {
  const page = resolve(DOCS, PAGE)
  const section = renderReport(report, CURVES).join('\n')
  await writeFile(page, replaceSection(await readFile(page, 'utf8'), section))
  await writeFile(resolve(DOCS, RAW), `${JSON.stringify(toRawReport(report), null, 2)}\n`)
  const curves = report.results.map(({ model, trial }) => ({
    name: model.name,
    values: trial.history.map(({ val_acc }) => val_acc * 100),
  }))
  await writeFile(resolve(DOCS, CURVES), renderCurves(curves))
  return [PAGE, CURVES, RAW].map((name) => `docs/${name}`)
}

/** The page with what stands between the two marks replaced. */
export function replaceSection(page: string, section: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin < 0 || end < begin)
    throw new CliError(`docs/${PAGE} has lost its marks "${BEGIN}" and "${END}"; put them back.`)
  return `${page.slice(0, begin)}${BEGIN}\n\n${section}\n\n${page.slice(end)}`
}
