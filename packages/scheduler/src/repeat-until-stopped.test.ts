import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { repeatUntilStopped } from './repeat-until-stopped.js'

it('takes one turn after the other, and waits at its stop for the one under way', async () => {
  let [started, ended] = [0, 0]
  const repetition = repeatUntilStopped(async () => {
    expect(started).toBe(ended)
    started++
    await sleep(20)
    ended++
  }, 1)
  while (started < 3) await sleep(1)
  await repetition.stop()
  expect(ended).toBe(started)
  const turns = started
  await sleep(60)
  expect(started).toBe(turns)
})
