import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseSweepDefinition, sweepDefinitionSchema } from '../definition/sweep-definition.js'
import { sweepSchema } from './sweep.js'
import { trialDetailSchema } from './trial.js'

const schemas = { sweepDefinitionSchema, sweepSchema, trialDetailSchema }

const sweep = {
  id: 'a3bb189e-8bf9-4f3e-8c1f-1c1a1d3c1a11',
  ...parseSweepDefinition({
    name: 'x',
    space: { kernel: [[3, 4], 5], reg: [{ l1: 1 }, 0.5], lr: { min: 0.1, max: 1, steps: 2 } },
    fixed: { earlyStopping: {}, stride: [2, 1] },
    objective: { metric: 'loss' },
  }),
  state: 'running' as const,
  pauseReason: null,
  endReason: null,
  datasetDigest: null,
  skipped: { count: 0, points: [] },
  trialCounts: { total: 8, queued: 8, running: 0, completed: 0, pruned: 0, failed: 0, cancelled: 0 },
  progress: 0,
  etaMs: null,
  bestTrial: null,
  accounting: {
    planned: 8,
    completed: 0,
    failed: 0,
    duplicates: 0,
    attemptsBeyondFirst: {
      total: 0,
      byReason: { failed: 0, expired: 0, released: 0, paused: 0, held: 0, retried: 0 },
    },
  },
  createdAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
}

describe('the schemas of the API', () => {
  it.each(
    Object.entries(schemas).flatMap(([name, schema]) =>
      (['input', 'output'] as const).map((io) => ({ name, schema, io })),
    ),
  )('$name has a JSON schema as $io', ({ schema, io }) => {
    const id = schema.meta()?.id ?? ''
    expect(z.toJSONSchema(schema, { io }).$defs?.[id]).toMatchObject({ additionalProperties: false })
  })

  it('describes every choice of an axis', () => {
    const { $defs } = z.toJSONSchema(sweepDefinitionSchema, { io: 'input' })
    expect($defs?.['SearchSpace']?.properties?.['bn']).toMatchObject({
      description: expect.stringContaining('batch normalisation'),
      items: { type: 'boolean' },
    })
  })

  it('encodes a stored sweep as it is, as the API returns it', () => {
    expect(z.encode(sweepSchema, sweep)).toEqual(sweep)
  })

  it('decodes a response as it is, as the client reads it', () => {
    expect(sweepSchema.parse(JSON.parse(JSON.stringify(sweep)))).toEqual(sweep)
  })
})
