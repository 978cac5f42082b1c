// npm test: everything that must hold, in order of cost; stops at the first failure.
// What follows `--` goes to vitest: npm test -- packages/core
import { resolve } from 'node:path'
import { build } from './build.mjs'
import { installIfNeeded } from './install-if-needed.mjs'
import { ROOT, runCommand, secondsSince } from './run-command.mjs'

const inModules = (path) => resolve(ROOT, 'node_modules', path)

const node = (script, args, options) => async () => {
  const { code, output } = await runCommand(process.execPath, [script, ...args], options)
  if (code === 0) return
  console.error(output)
  process.exit(code)
}

const quiet = { quiet: true }
const stages = [
  ['install', installIfNeeded],
  ['build', build],
  ['lint', node(inModules('@biomejs/biome/bin/biome'), ['check', '.'], quiet)],
  ['import directions', node(resolve(ROOT, 'scripts/check-imports.mjs'), [], quiet)],
  ['SQL by parameters', node(resolve(ROOT, 'scripts/check-sql.mjs'), [], quiet)],
  ['types of tests', node(inModules('typescript/bin/tsc'), ['-p', 'tsconfig.tests.json'], quiet)],
  ['tests', node(inModules('vitest/vitest.mjs'), ['run', ...process.argv.slice(2)])],
]

for (const [name, run] of stages) {
  const startedAt = performance.now()
  console.log(`▶ ${name}`)
  await run()
  console.log(`✔ ${name} (${secondsSince(startedAt)})`)
}
