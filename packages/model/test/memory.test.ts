import { fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { trainingProcess } from '../src/index.js'

interface MemoryReport {
  readonly residentBytes: number
  /** The most that it ever was. */
  readonly peakBytes: number
  readonly tensors: number
}

const TRIALS = 50
const MB = 2 ** 20
/** What a slot may take, data set and runtime included. */
const LIMIT_MB = 400
/** How much more the last ten trials may hold than ten warm ones: a leak of one megabyte a trial would be found. */
const GROWTH_MB = 30

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

describe(`a process that trains ${TRIALS} trials of varying shapes`, () => {
  const reports: MemoryReport[] = []

  beforeAll(async () => {
    const entry = resolve(import.meta.dirname, 'memory-child.mjs')
    const child = fork(entry, [String(TRIALS)], {
      env: { ...process.env, ...trainingProcess.env },
      execArgv: [...process.execArgv, ...trainingProcess.execArgv],
    })
    child.on('message', (report: MemoryReport) => reports.push(report))
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(reports).toHaveLength(TRIALS)
  }, 300_000)

  it(`never holds more than ${LIMIT_MB} MB`, () => {
    expect(Math.max(...reports.map(({ peakBytes }) => peakBytes)) / MB).toBeLessThan(LIMIT_MB)
  })

  it('holds no more in the end than when it was warm', () => {
    const resident = reports.map(({ residentBytes }) => residentBytes / MB)
    expect(median(resident.slice(-10)) - median(resident.slice(10, 20))).toBeLessThan(GROWTH_MB)
  })

  it('leaves no tensor of TensorFlow.js behind', () => {
    expect(new Set(reports.map(({ tensors }) => tensors)).size).toBe(1)
  })
})
