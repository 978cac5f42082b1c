import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { PROJECT_ROOT } from '../project-root.js'
import { replaceSection } from './write-report.js'

it('replaces its section of the results and nothing else, again and again', async () => {
  const page = await readFile(resolve(PROJECT_ROOT, 'docs/results.md'), 'utf8')
  const once = replaceSection(page, 'first')
  expect(once).toContain('\n\nfirst\n\n')
  expect(replaceSection(replaceSection(once, 'second'), 'first')).toBe(once)
  expect(once.slice(0, 10)).toBe(page.slice(0, 10))
  expect(once.slice(-200)).toBe(page.slice(-200))
})

it('refuses a page without its marks', () => {
  expect(() => replaceSection('# Results', 'text')).toThrow('has lost its marks')
})
