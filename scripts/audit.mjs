// npm audit against a recorded baseline: fails on advisories of high or critical severity that nobody has judged yet.
// Usage: node scripts/audit.mjs [report of npm audit --json] [baseline]
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ROOT, runCommand } from './run-command.mjs'

const SEVERE = ['high', 'critical']
const [reportFile, baselineFile = resolve(ROOT, 'scripts/audit-baseline.json')] = process.argv.slice(2)

/** The report of npm; its lock file is enough, nothing need be installed. */
async function readReport() {
  if (reportFile) return readFileSync(reportFile, 'utf8')
  const options = ['--json', '--package-lock-only', '--fetch-retries=1', '--fetch-timeout=30000']
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { output } = await runCommand(npm, ['audit', ...options], { quiet: true })
  // Warnings of npm stand around the JSON.
  return output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)
}

/** Every advisory once; undefined if the text is not a report but says why there is none. */
function listAdvisories(text) {
  const { vulnerabilities } = parse(text) ?? {}
  if (!vulnerabilities) return undefined
  const byId = new Map()
  // A text among them names the package that it comes by, which has an entry of its own.
  for (const { via } of Object.values(vulnerabilities))
    for (const advisory of via.filter((each) => typeof each === 'object'))
      byId.set(advisory.url.split('/').at(-1), advisory)
  return [...byId].map(([id, { name, severity, title, url }]) => ({ id, name, severity, title, url }))
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function judge(advisories, baseline) {
  const known = new Map(baseline.map((entry) => [entry.id, entry]))
  const isNew = ({ id, severity }) => SEVERE.includes(severity) && !known.has(id)
  const present = new Set(advisories.map(({ id }) => id))
  return {
    fresh: advisories.filter(isNew),
    stale: baseline.filter(({ id }) => !present.has(id)),
  }
}

const report = await readReport()
const advisories = listAdvisories(report)
if (advisories === undefined) {
  const why = parse(report)?.message ?? 'it returned no report'
  console.log(
    `npm audit SKIPPED: the registry returned no audit report (${why}). Dependencies were not audited.`,
  )
} else {
  const baseline = JSON.parse(readFileSync(baselineFile, 'utf8'))
  const { fresh, stale } = judge(advisories, baseline)
  for (const { id, name, severity, title, url } of fresh)
    console.error(`${severity}: ${name}: ${title} (${url}); update it, or record ${id} in ${baselineFile}`)
  for (const { id } of stale) console.log(`${id} is no longer reported; remove it from ${baselineFile}`)
  const counts = `${advisories.length} advisories, ${fresh.length} of them new and severe`
  console.log(`npm audit: ${counts}, ${baseline.length} recorded`)
  process.exitCode = fresh.length > 0 ? 1 : 0
}
