import { writeFileSync } from 'node:fs'
import { CleanUp } from '@sweepd/process'
import { type FaultResult, isSurvived } from './fault.js'
import { formatReport, formatTable } from './format-report.js'
import { parseOptions, type SuiteOptions, USAGE } from './options.js'
import { runSuite } from './run-suite.js'

function readOptions(): SuiteOptions {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
    process.exit(2)
  }
}

/** Ctrl-C leaves nothing running; what even kill -9 must not leave is ended by guards of its own. */
function cleanUpOnSignal(cleanUp: CleanUp): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      console.error(`${signal}: cleaning up`)
      void cleanUp.run().finally(() => process.exit(1))
    })
}

function describeResult(result: FaultResult): string {
  switch (result.type) {
    case 'skipped':
      return `not tried: ${result.reason}`
    case 'broken':
      return `NOT SURVIVED: ${result.reason}`
    case 'ended':
      return isSurvived(result)
        ? `survived, all going on after ${(result.recovery.allRunningMs / 1000).toFixed(1)} s`
        : ['NOT SURVIVED:', ...result.violations].join('\n')
  }
}

async function main(): Promise<void> {
  const options = readOptions()
  const cleanUp = new CleanUp()
  cleanUpOnSignal(cleanUp)
  const startedAt = new Date()
  console.log(`Fault suite, ${options.form.name} form, --seed ${options.seed}`)
  let undisturbedMs = 0
  const listener = {
    onUndisturbed: (durationMs: number) => {
      undisturbedMs = durationMs
      console.log(`undisturbed sweep: ${(durationMs / 1000).toFixed(1)} s`)
    },
    onFault: ({ title }: { title: string }, backend: string) => console.log(`${title} (queue in ${backend})`),
    onResult: (result: FaultResult) => console.log(`  ${describeResult(result)}`),
  }
  const results = await runSuite(options, listener, cleanUp)
  console.log(`\n${formatTable(results)}`)
  if (options.report !== undefined)
    writeFileSync(options.report, formatReport(results, options, startedAt, undisturbedMs))
  process.exitCode = results.every((result) => isSurvived(result) || result.type === 'skipped') ? 0 : 1
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
