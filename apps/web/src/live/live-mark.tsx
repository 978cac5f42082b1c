import { type LiveState, useLiveState } from './live'

const WORDS: Readonly<Record<LiveState, { readonly short: string; readonly long: string } | undefined>> = {
  connecting: undefined,
  live: { short: 'Live', long: 'This page is told of every change.' },
  polling: {
    short: 'Polling',
    long: 'There is no stream of events at the moment: this page asks every few seconds.',
  },
}

/** How fresh what is shown is. */
export function LiveMark() {
  const state = useLiveState()
  const words = WORDS[state]
  if (words === undefined) return null
  return (
    <span className={`live-mark ${state}`} title={words.long}>
      {words.short}
    </span>
  )
}
