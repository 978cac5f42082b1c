import { DATASET_FACTS } from '@sweepd/core'
import { describe, expect, it } from 'vitest'
import { loadDataset } from './load-dataset.js'

describe('loadDataset', () => {
  it('draws the synthetic images without touching any file', async () => {
    const dataset = await loadDataset('synthetic', { dataDir: '/nonexistent' })
    expect(dataset.name).toBe('synthetic')
    expect(dataset.train.size).toBe(DATASET_FACTS.synthetic.trainSize)
  })

  it('ends with the reason of a signal that is aborted already', async () => {
    const reason = new Error('shutting down')
    const loading = loadDataset('synthetic', { dataDir: '' }, { signal: AbortSignal.abort(reason) })
    await expect(loading).rejects.toBe(reason)
  })
})
