import { fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { trainingProcess } from '../src/index.js'
import { fetchNode } from './fetch-node.js'
import { findNativeFault, TEST_ENGINES_DIR } from './native-engine.js'

/** One release of each line that is tried besides the one that runs the tests. */
const RELEASES = ['20.20.2', '22.23.3', '24.21.0']
/** A limit for hangs: loading TensorFlow and training take three seconds on an idle core. */
const TIMEOUT_MS = 120_000

const missing = await findNativeFault()
const others = RELEASES.filter((release) => release.split('.')[0] !== process.versions.node.split('.')[0])
const nodes = missing === undefined ? await Promise.all(others.map(fetchNode)) : []

/** Runs a module with this Node. @returns what it sends */
async function ask(program: string, module: string): Promise<unknown> {
  const child = fork(resolve(import.meta.dirname, module), ['tfjs'], {
    execPath: program,
    execArgv: [...trainingProcess.execArgv],
    env: { ...process.env, ...trainingProcess.env, SWEEPD_ENGINES_DIR: TEST_ENGINES_DIR, NODE_OPTIONS: '' },
  })
  const exited = once(child, 'exit')
  let answer: unknown
  child.on('message', (message) => {
    answer = message
  })
  expect(await exited).toEqual([0, null])
  return answer
}

describe.each(others.map((release, index) => ({ release, node: nodes[index] ?? { fault: missing ?? '' } })))(
  'native TensorFlow on Node $release',
  ({ release, node }) => {
    const fault = 'fault' in node ? node.fault : undefined
    const program = 'program' in node ? node.program : ''
    const reason = fault === undefined ? '' : ` (skipped: ${fault})`

    it.skipIf(fault !== undefined)(
      `passes the probe${reason}`,
      async () => {
        expect(await ask(program, '../dist/engines/probe-child.js')).toMatchObject({
          ...{ isAvailable: true, name: 'tfjs native', version: 'TensorFlow 2.21.0' },
        })
      },
      TIMEOUT_MS,
    )

    it.skipIf(fault !== undefined)(
      `trains to the same numbers as on this one${reason}`,
      async () => {
        const { node: version, outcome } = (await ask(program, 'trial-child.mjs')) as {
          node: string
          outcome: { metrics: { val_acc: number } }
        }
        expect(version).toBe(`v${release}`)
        expect(await ask(process.execPath, 'trial-child.mjs')).toEqual({ node: process.version, outcome })
        expect(JSON.stringify(outcome)).toContain('val_acc')
      },
      TIMEOUT_MS,
    )
  },
)
