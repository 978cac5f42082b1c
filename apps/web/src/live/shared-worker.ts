import { createClient } from '@sweepd/client'
import type { PageMessage } from './protocol'
import { StreamHub } from './stream-hub'

// Runs once for all tabs of a browser that show this origin.

const ports = new Set<MessagePort>()
const api = createClient({ baseUrl: globalThis.location.origin })
const hub = new StreamHub(api, (message) => {
  // A port of a page that is gone takes messages and does nothing with them.
  for (const port of ports) port.postMessage(message)
})

const scope = globalThis as unknown as { onconnect: (event: MessageEvent) => void }
scope.onconnect = ({ ports: [port] }) => {
  if (port === undefined) return
  ports.add(port)
  port.onmessage = ({ data }: MessageEvent<PageMessage>) => {
    if (data.type === 'leave') ports.delete(port)
    else ports.add(port)
    hub.hear(data)
  }
}
