import type { ClientEvent } from '@sweepd/client'
import type { Topic } from '@sweepd/core'

/** What a page says to whoever holds the stream; `want` also says that the page is still there. */
export type PageMessage =
  | { readonly type: 'want'; readonly page: string; readonly topics: readonly Topic[] }
  | { readonly type: 'leave'; readonly page: string }

/**
 * What pages are told. `joined`: from now on they hear of all topics that they want. `begun`: whoever holds the stream is
 * new, and does not know yet what is wanted.
 */
export type HubMessage =
  | { readonly type: 'event'; readonly event: ClientEvent }
  | { readonly type: 'joined'; readonly page: string }
  | { readonly type: 'refused' }
  | { readonly type: 'begun' }

/** A page that has said nothing for so long is gone; browsers slow the timers of hidden pages down to one a minute. */
export const PAGE_SILENCE_MS = 150_000
export const PAGE_SIGN_MS = 20_000
