import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseSweepDefinition } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import { sampleTrial } from '../../test/samples.js'
import { PROJECT_ROOT } from '../project-root.js'
import { isTrialOf, SEED_MODELS, SEED_SWEEP_FILES } from './seed-models.js'

describe("the seed's models", () => {
  for (const { name, file, point } of SEED_MODELS)
    it(`are in the sweeps: ${name}`, async () => {
      const json = await readFile(resolve(PROJECT_ROOT, 'examples', file), 'utf8')
      const { space, dataset } = parseSweepDefinition(JSON.parse(json))
      expect(SEED_SWEEP_FILES).toContain(file)
      expect(dataset).toBe('fashion-mnist')
      const axes = new Map<string, unknown>(Object.entries(space))
      for (const [axis, value] of Object.entries(point)) expect(axes.get(axis)).toContainEqual(value)
    })

  it('know their trials by their points', () => {
    const strides = [1, 2].map((stride) => sampleTrial(0, 0, { hyperparameters: { kernel: 3, stride } }))
    const model = SEED_MODELS.find(({ name }) => name === '3×3, stride 2')
    expect(strides.map((trial) => model && isTrialOf(model, trial))).toEqual([false, true])
  })
})
