import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { withDownloadLock } from './download-lock.js'

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sweepd-lock-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

it('lets one after the other in, and says once that it waits', async () => {
  const folder = await createFolder()
  let inside = 0
  let waits = 0
  const onWait = () => {
    waits += 1
  }
  const work = async () => {
    inside += 1
    expect(inside).toBe(1)
    await sleep(250)
    inside -= 1
  }
  await Promise.all(Array.from({ length: 3 }, () => withDownloadLock(folder, { onWait }, work)))
  expect(waits).toBe(2)
  expect(await readdir(folder)).toEqual([])
})

it('is released after a failure, which it passes on', async () => {
  const folder = await createFolder()
  const failing = withDownloadLock(folder, {}, () => Promise.reject(new Error('no route to host')))
  await expect(failing).rejects.toThrow('no route to host')
  expect(await withDownloadLock(folder, {}, async () => 'fetched')).toBe('fetched')
})

it('takes over a lock whose holder is gone', async () => {
  const folder = await createFolder()
  await mkdir(join(folder, '.downloading'))
  const work = () => withDownloadLock(folder, { staleMs: 300 }, async () => 'fetched')
  expect(await Promise.all([work(), work()])).toEqual(['fetched', 'fetched'])
  expect(await readdir(folder)).toEqual([])
})

it('stops waiting when its signal aborts', async () => {
  const folder = await createFolder()
  await mkdir(join(folder, '.downloading'))
  const signal = AbortSignal.timeout(50)
  await expect(withDownloadLock(folder, { signal }, async () => {})).rejects.toThrow('timeout')
})

it('works without a lock if the folder cannot be locked', async () => {
  expect(await withDownloadLock('/proc/sweepd', {}, async () => 'fetched')).toBe('fetched')
})
