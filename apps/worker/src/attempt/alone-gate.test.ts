import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AloneGate } from './alone-gate.js'

const never = new AbortController().signal

/** Whether a promise is settled once all that can go on has gone on. */
async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const settle = () => {
    settled = true
  }
  promise.then(settle, settle)
  await new Promise((resolve) => setImmediate(resolve))
  return settled
}

const enterTwice = (gate: AloneGate) => Promise.all([gate.enter(never), gate.enter(never)])

it('lets any number in together', async () => {
  const gate = new AloneGate()
  await enterTwice(gate)
  await enterTwice(gate)
})

it('lets one be alone when all others have left, and nobody in before it leaves', async () => {
  const gate = new AloneGate()
  const [first, second] = await enterTwice(gate)
  const alone = first.becomeAlone(never)
  const later = gate.enter(never)
  expect(await hasSettled(alone)).toBe(false)
  second.leave()
  await alone
  expect(await hasSettled(later)).toBe(false)
  first.leave()
  await later
})

it('lets those who want to be alone have their turn, one after the other', async () => {
  const gate = new AloneGate()
  const [first, second] = await enterTwice(gate)
  const turns = [first.becomeAlone(never), second.becomeAlone(never)] as const
  await turns[0]
  expect(await hasSettled(turns[1])).toBe(false)
  first.leave()
  await turns[1]
})

it('forgets who gave up, and lets those in who waited behind', async () => {
  const gate = new AloneGate()
  const [first] = await enterTwice(gate)
  const giveUp = new AbortController()
  const alone = first.becomeAlone(giveUp.signal)
  const behind = gate.enter(never)
  giveUp.abort(new Error('cancelled'))
  await expect(alone).rejects.toThrow('cancelled')
  await behind
  first.leave()
  await gate.enter(never)
})

it('counts who leaves twice once', async () => {
  const gate = new AloneGate()
  const [first, second] = await enterTwice(gate)
  await gate.enter(never)
  first.leave()
  first.leave()
  expect(await hasSettled(second.becomeAlone(never))).toBe(false)
})

it('never has anyone beside one who is alone, and keeps nobody out for ever', async () => {
  const visits = fc.array(fc.record({ isAlone: fc.boolean(), turns: fc.nat({ max: 3 }) }), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(visits, async (all) => {
      const gate = new AloneGate()
      const inside: boolean[] = []
      await Promise.all(
        all.map(async ({ isAlone, turns }) => {
          const seat = await gate.enter(never)
          if (isAlone) await seat.becomeAlone(never)
          inside.push(isAlone)
          for (let turn = 0; turn <= turns; turn++) {
            expect(inside.includes(true) && inside.length > 1).toBe(false)
            await Promise.resolve()
          }
          inside.splice(inside.indexOf(isAlone), 1)
          seat.leave()
        }),
      )
      expect(inside).toEqual([])
    }),
  )
})
