// npm test: everything that must hold, in order of cost; stops at the first failure.
//   npm test                        all of it
//   npm test -- packages/core       these tests only, without the checks of the whole project
//   npm run test:unit               tests beside the source only, which start no server
// What follows `--` goes to vitest. Options alone, such as --reporter, do not narrow anything down.
import { resolve } from 'node:path'
import { build } from './build.mjs'
import { installIfNeeded } from './install-if-needed.mjs'
import { ROOT, runCommand, secondsSince } from './run-command.mjs'

const options = process.argv.slice(2)
const isUnit = options[0] === '--unit'
if (isUnit) options.splice(0, 1, '--project=unit')
const isPart = isUnit || options.some((option) => !option.startsWith('-'))

const inModules = (path) => resolve(ROOT, 'node_modules', path)
const inScripts = (name) => resolve(ROOT, 'scripts', name)

const node = (script, args, how) => async () => {
  const { code, output } = await runCommand(process.execPath, [script, ...args], how)
  if (code === 0) return
  console.error(output)
  process.exit(code)
}

const quiet = { quiet: true }
const checks = [
  ['lint', node(inModules('@biomejs/biome/bin/biome'), ['check', '.'], quiet)],
  ['import directions', node(inScripts('check-imports.mjs'), [], quiet)],
  ['unused exports', node(inModules('knip/bin/knip.js'), [], quiet)],
  ['SQL by parameters', node(inScripts('check-sql.mjs'), [], quiet)],
  ['types of tests', node(inModules('typescript/bin/tsc'), ['-p', 'tsconfig.tests.json'], quiet)],
]
const stages = [
  ['install', installIfNeeded],
  ['build', build],
  ...(isPart ? [] : checks),
  ['tests', node(inModules('vitest/vitest.mjs'), ['run', ...options])],
]

for (const [name, run] of stages) {
  const startedAt = performance.now()
  console.log(`▶ ${name}`)
  await run()
  console.log(`✔ ${name} (${secondsSince(startedAt)})`)
}
