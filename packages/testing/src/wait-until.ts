import { setTimeout as delay } from 'node:timers/promises'

/** Polls until `holds` returns true. Throws, naming `what`, if it does not within the limit. Times in milliseconds. */
export async function waitUntil(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = 10_000,
  intervalMs = 20,
): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms in vain: ${what}`)
    await delay(intervalMs)
  }
}
