import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const scripts = resolve(import.meta.dirname, '../scripts')

const advisory = (id: string, severity: string) => ({
  name: 'left-pad',
  title: 'Pads on the wrong side',
  severity,
  url: `https://github.com/advisories/${id}`,
})
const reportOf = (...advisories: object[]) => ({
  auditReportVersion: 2,
  vulnerabilities: { 'left-pad': { via: advisories }, express: { via: ['left-pad'] } },
})

/** Judges this report by a baseline with these ids. */
function audit(report: object | string, recorded: string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'sweepd-audit-'))
  const files = [join(folder, 'report.json'), join(folder, 'baseline.json')] as const
  writeFileSync(files[0], typeof report === 'string' ? report : JSON.stringify(report))
  writeFileSync(files[1], JSON.stringify(recorded.map((id) => ({ id, severity: 'high', reason: 'x' }))))
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(scripts, 'audit.mjs'), ...files], {
    encoding: 'utf8',
  })
  rmSync(folder, { recursive: true })
  return { status, output: stdout + stderr }
}

it('passes without advisories and with those of moderate severity', () => {
  expect(audit(reportOf()).status).toBe(0)
  const { status, output } = audit(reportOf(advisory('GHSA-a', 'moderate')))
  expect(status).toBe(0)
  expect(output).toContain('1 advisories, 0 of them new and severe')
})

it.each(['high', 'critical'])('fails for a new one of %s severity, naming package and remedy', (severity) => {
  const { status, output } = audit(reportOf(advisory('GHSA-a', 'low'), advisory('GHSA-b', severity)))
  expect(status).toBe(1)
  expect(output).toContain(`${severity}: left-pad: Pads on the wrong side`)
  expect(output).toContain('record GHSA-b in')
})

it('passes for one that is recorded, and asks to remove those that are gone', () => {
  const { status, output } = audit(reportOf(advisory('GHSA-b', 'high')), ['GHSA-b', 'GHSA-old'])
  expect(status).toBe(0)
  expect(output).toContain('GHSA-old is no longer reported')
})

it.each<[string, object | string]>([
  ['refuses', { message: '405 Method Not Allowed', statusCode: 405, error: { summary: '' } }],
  ['answers nothing', ''],
])('says so, and passes, where the registry %s', (_, report) => {
  const { status, output } = audit(report)
  expect(status).toBe(0)
  expect(output).toMatch(/^npm audit SKIPPED: the registry returned no audit report/)
})

it('has a reason for each advisory that is recorded', () => {
  for (const entry of JSON.parse(readFileSync(join(scripts, 'audit-baseline.json'), 'utf8')))
    expect(entry).toEqual({
      id: expect.stringMatching(/^GHSA-/),
      severity: expect.stringMatching(/^(low|moderate|high|critical)$/),
      reason: expect.stringMatching(/.{20}/),
    })
})
