import { createClient } from '@sweepd/client'

/** The API that these pages came from; the session's cookie goes along by itself. */
export const api = createClient({ baseUrl: window.location.origin })

/**
 * Exchanges the API token for a session, whose cookie no script can read.
 * @throws Error with the reason in words.
 */
export async function logIn(token: string): Promise<void> {
  const response = await fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  if (response.ok) return
  const problem: unknown = await response.json().catch(() => undefined)
  const detail = (problem as { detail?: unknown } | undefined)?.detail
  if (response.status === 401)
    throw new Error('This is not the API token. It is the value of API_TOKEN that the API was started with.')
  throw new Error(typeof detail === 'string' ? detail : `The API answered with status ${response.status}.`)
}
