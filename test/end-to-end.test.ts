import { findRedisFault, startTestRedis, waitUntil } from '@sweepd/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Deployment, deploy } from './deployment.js'

const redisFault = await findRedisFault()
const fashionMnistDir = process.env['FASHION_MNIST_DIR']

/** Real images where they are at hand; the tests of packages/dataset say why, where they are not. */
const dataset = fashionMnistDir ? 'fashion-mnist' : 'synthetic'

function describeDeployment(
  queue: string,
  startRedis: () => Promise<{ url: string; stop(): Promise<void> } | undefined>,
) {
  describe(`a sweep over HTTP, worker process, ${queue} and database, on ${dataset}`, () => {
    let redis: Awaited<ReturnType<typeof startRedis>>
    let deployment: Deployment

    beforeAll(async () => {
      redis = await startRedis()
      deployment = await deploy({ REDIS_URL: redis?.url })
    })
    afterAll(async () => {
      const ends = await deployment?.stop()
      await redis?.stop()
      for (const end of ends ?? []) expect(end).toEqual([0, null])
    })

    it('trains its two trials and ranks them', { timeout: 120_000 }, async () => {
      const { client } = deployment
      const { id } = await client.createSweep({
        name: 'end to end',
        dataset,
        space: { stride: [1, 2] },
        fixed: { convLayers: [6, 12], hiddenLayers: [32], trainSize: 4000, epochs: 2 },
      })
      await waitUntil(
        'the sweep ends',
        async () => (await client.getSweep(id)).state === 'completed',
        100_000,
      )

      const sweep = await client.getSweep(id)
      expect(sweep.trialCounts).toMatchObject({ total: 2, completed: 2, failed: 0 })
      expect(sweep.progress).toBe(1)

      const leaderboard = await client.listTrials({ sweepId: id, sort: 'val_acc' })
      expect(leaderboard.items.map((trial) => trial.hyperparameters.stride)).toEqual([1, 2])
      const [best] = leaderboard.items
      expect(sweep.bestTrial?.id).toBe(best?.id)

      const detail = await client.getTrial(best?.id ?? '')
      expect(detail.history.map(({ epoch }) => epoch)).toEqual([1, 2])
      expect(detail.metrics.val_acc).toBe(detail.history.at(-1)?.val_acc)
      expect(detail.metrics.test_acc).toBe(detail.score?.test_acc)
      expect(detail.metrics.test_acc).toBeGreaterThan(0.5)
      expect(detail.attemptHistory).toMatchObject([{ number: 1, outcome: 'completed' }])
      const counted = detail.score?.confusionMatrix.flat().reduce((sum, count) => sum + count, 0)
      expect(counted).toBe(dataset === 'synthetic' ? 2000 : 10_000)
    })
  })
}

describeDeployment('a queue in Postgres', async () => undefined)
if (redisFault === undefined) describeDeployment('a queue in Redis', startTestRedis)
else describe.skip(`a sweep with a queue in Redis (${redisFault})`, () => it('is not tried'))
