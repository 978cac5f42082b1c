import { Socket } from 'node:net'
import { workerData } from 'node:worker_threads'
import { machineTimeMs } from './gpu-lease.js'
import { LEASE_FD } from './lease-watchdog.js'

/** The thread that `startLeaseWatchdog` starts. */
let validUntilMs = Number(workerData)
let timer: NodeJS.Timeout | undefined
let unread = ''

const SECOND_LOOK_MS = 100

const die = () => process.kill(process.pid, 'SIGKILL')

/** Looks once more before it kills: on a busy machine a renewal may wait in the pipe, unread. */
function watch(isLast = false): void {
  clearTimeout(timer)
  const leftMs = validUntilMs - machineTimeMs()
  if (leftMs <= 0 && isLast) die()
  timer = setTimeout(() => watch(leftMs <= 0), Math.max(leftMs, SECOND_LOOK_MS))
}

const renewals = new Socket({ fd: LEASE_FD, readable: true, writable: false })
renewals.setEncoding('latin1')
renewals.on('data', (text: Buffer | string) => {
  const lines = (unread + text).split('\n')
  unread = lines.pop() ?? ''
  validUntilMs = Math.max(validUntilMs, ...lines.map(Number))
  watch()
})
// The worker is gone: its lease goes to another one.
renewals.on('close', die)
renewals.on('error', () => {})
watch()
