import { expect, it } from 'vitest'
import { CleanUp } from './clean-up.js'

it('closes what was opened in reverse, even after a step fails, and throws the first failure', async () => {
  const cleanUp = new CleanUp()
  const closed: string[] = []
  for (const name of ['database', 'store', 'queue'])
    cleanUp.add(async () => {
      closed.push(name)
      if (name !== 'database') throw new Error(`${name} does not close`)
    })
  await expect(Promise.all([cleanUp.run(), cleanUp.run()])).rejects.toThrow('queue does not close')
  expect(closed).toEqual(['queue', 'store', 'database'])
})

it('leaves nothing open when opening fails, and throws why it failed', async () => {
  const cleanUp = new CleanUp()
  let isOpen = true
  const opening = cleanUp.guard(async () => {
    cleanUp.add(async () => {
      isOpen = false
      throw new Error('and it does not close properly')
    })
    throw new Error('the queue is away')
  })
  await expect(opening).rejects.toThrow('the queue is away')
  expect(isOpen).toBe(false)
})
