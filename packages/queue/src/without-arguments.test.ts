import { expect, test } from 'vitest'
import { asking } from './queue-error.js'
import { withoutArguments } from './without-arguments.js'

const refusal = () =>
  Object.assign(new Error('WRONGPASS invalid username-password pair'), {
    command: { name: 'hello', args: ['3', 'AUTH', 'default', 'hunter2'] },
  })

test('an error is passed on with the name of its command, but not with the password in its arguments', () => {
  const told: Error[] = []
  withoutArguments((error) => told.push(error))(refusal())
  expect(told).toMatchObject([{ message: expect.stringContaining('WRONGPASS'), command: { name: 'hello' } }])
  expect(JSON.stringify(told)).not.toContain('hunter2')
})

test('the cause of a QueueError has lost them too', async () => {
  const server = { name: 'Redis at r:6379', variable: 'REDIS_URL' } as const
  const refused = await asking(server, 'reach the queue', () => Promise.reject(refusal())).catch(
    (error) => error,
  )
  expect(refused.message).toContain('WRONGPASS')
  expect(refused.cause.command).toEqual({ name: 'hello' })
})
