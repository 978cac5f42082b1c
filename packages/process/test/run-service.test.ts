import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const script = resolve(import.meta.dirname, 'fixtures/service.mjs')

/** Starts the service of the fixture; what it writes is collected. */
async function start(behaviour = '') {
  const child = fork(script, [behaviour], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  const drained = [child.stdout, child.stderr].map(async (stream) => {
    for await (const chunk of stream ?? []) output += chunk
  })
  // Not `close`, which Node does not emit after `disconnect`.
  const ended = once(child, 'exit').then(async (end) => {
    await Promise.all(drained)
    return end
  })
  const [message] = await Promise.race([once(child, 'message'), ended])
  return { child, ended, message, output: () => output }
}

/** Waits until the child says the word. */
async function says(child: ChildProcess, word: string): Promise<void> {
  for (;;) if ((await once(child, 'message'))[0] === word) return
}

it('tells its parent when it is ready', async () => {
  expect((await start()).message).toEqual({ type: 'ready', url: 'somewhere' })
})

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('stops in order on %s', async (signal) => {
  const { child, ended, output } = await start()
  child.kill(signal)
  expect(await ended).toEqual([0, null])
  expect(output()).toBe(`starting; stopping (${signal}); closed; stopped (${signal}); `)
})

it.each(['SIGTERM', 'SIGINT'] as const)('ends with its exit code for signals after %s', async (signal) => {
  const { child, ended } = await start('143')
  child.kill(signal)
  expect(await ended).toEqual([143, null])
})

it('ends with 0 if it wanted to end itself, whatever its exit code for signals', async () => {
  expect(await (await start('143 ends')).ended).toEqual([0, null])
})

it('hurries at the second signal, and ends at once at the third', async () => {
  const { child, ended } = await start('slow')
  child.kill('SIGTERM')
  await says(child, 'stopping')
  child.kill('SIGTERM')
  await says(child, 'hurrying')
  child.kill('SIGHUP')
  expect(await ended).toEqual([1, null])
})

it('hurries when its parent is gone, and does not outlive the deadline', async () => {
  const { child, ended, output } = await start('slow')
  child.disconnect()
  expect(await ended).toEqual([1, null])
  expect(output()).toContain('stopping at once (the parent process is gone); hurried; ')
})

it('stops once when it asks for its own end and a signal comes too', async () => {
  const { child, ended, output } = await start('ends')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(output().match(/stopping/g)).toHaveLength(1)
})

it('prints the message of an error that explains itself, and the stack of any other', async () => {
  const explained = await start('explained')
  expect(await explained.ended).toEqual([1, null])
  expect(explained.output()).toBe('starting; PORT is taken\n')
  const other = await start('fails')
  expect(await other.ended).toEqual([1, null])
  expect(other.output()).toMatch(/Error: a bug\n\s+at /)
})
