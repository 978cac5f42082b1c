import { api } from '../data/api'
import type { HubMessage, PageMessage } from './protocol'
import { StreamHub } from './stream-hub'

/** The way to whoever holds the stream of this browser; undefined if the browser has no way to share one. */
export interface Link {
  send(message: PageMessage): void
}

const NAME = 'sweepd-events'

/** A worker that all tabs share; without such (Chrome on Android), one of the tabs, whichever has the lock. */
export function openLink(hear: (message: HubMessage) => void): Link | undefined {
  if (typeof SharedWorker === 'function') return openWorker(hear)
  if (typeof BroadcastChannel === 'function' && navigator.locks !== undefined) return openChannel(hear)
  return undefined
}

function openWorker(hear: (message: HubMessage) => void): Link {
  const worker = new SharedWorker(new URL('./shared-worker.ts', import.meta.url), {
    type: 'module',
    name: NAME,
  })
  worker.port.onmessage = ({ data }: MessageEvent<HubMessage>) => hear(data)
  worker.onerror = () => hear({ type: 'refused' })
  return { send: (message) => worker.port.postMessage(message) }
}

function openChannel(hear: (message: HubMessage) => void): Link {
  const channel = new BroadcastChannel(NAME)
  channel.onmessage = ({ data }: MessageEvent<HubMessage | PageMessage>) => {
    if (data.type !== 'want' && data.type !== 'leave') hear(data)
  }
  // The lock is kept until this page is gone; the next one that waits for it takes over then.
  void navigator.locks.request(NAME, () => {
    const seat = new BroadcastChannel(NAME)
    const hub = new StreamHub(api, (message) => seat.postMessage(message))
    seat.onmessage = ({ data }: MessageEvent<HubMessage | PageMessage>) => {
      if (data.type === 'want' || data.type === 'leave') hub.hear(data)
    }
    return new Promise(() => {})
  })
  return { send: (message) => channel.postMessage(message) }
}
