import { setTimeout as delay } from 'node:timers/promises'

/** Polls until `holds` is true; throws, naming `what`, after 20 seconds. */
export async function waitUntil(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`)
    await delay(20)
  }
}
