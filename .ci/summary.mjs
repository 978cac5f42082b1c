// Prints "N passed, N failed" from vitest's JSON report; exit code 1 where something failed or no tests were run.
import { existsSync, readFileSync } from 'node:fs'

const [file = ''] = process.argv.slice(2)
if (!existsSync(file)) {
  console.log('No test was run: a stage before the tests failed, or time ran out.')
  process.exit(1)
}
const { numPassedTests, numFailedTests, testResults, success } = JSON.parse(readFileSync(file, 'utf8'))
// A file that cannot even be loaded has no tests that could fail: it counts as one.
const brokenFiles = testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
).length
const failed = numFailedTests + brokenFiles
console.log(`${numPassedTests} passed, ${failed} failed`)
process.exitCode = success && failed === 0 && numPassedTests > 0 ? 0 : 1
