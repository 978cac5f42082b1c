import type { Topic } from '@sweepd/core'
import { useEffect, useSyncExternalStore } from 'react'
import { applyEvent, refreshAll } from './apply-event'
import { type Link, openLink } from './open-link'
import { type HubMessage, PAGE_SIGN_MS } from './protocol'

/** How this page learns of changes: it is told, or it asks every few seconds, because nobody tells it. */
export type LiveState = 'connecting' | 'live' | 'polling'

/** Queries that a page begins with have been answered by then; they may have been asked before the stream was joined. */
const FIRST_ANSWERS_MS = 300

const page = crypto.randomUUID?.() ?? String(Math.random())
const wanted = new Map<Topic, number>()
const listeners = new Set<() => void>()
let state: LiveState = 'connecting'
let isJoined = false
let link: Link | undefined
let timer: ReturnType<typeof setTimeout> | undefined

/** How this page learns of changes at the moment. */
export const liveState = (): LiveState => state

/** The same for a component. */
export const useLiveState = (): LiveState => useSyncExternalStore(subscribe, liveState)

/** While the component is there, what changes in these topics is brought into the queries that are shown. */
export function useTopics(...topics: readonly Topic[]): void {
  const text = topics.join(',')
  useEffect(() => {
    const own = text === '' ? [] : (text.split(',') as Topic[])
    for (const topic of own) wanted.set(topic, (wanted.get(topic) ?? 0) + 1)
    ask()
    return () => {
      for (const topic of own) {
        const left = (wanted.get(topic) ?? 1) - 1
        if (left === 0) wanted.delete(topic)
        else wanted.set(topic, left)
      }
      ask()
    }
  }, [text])
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function setState(next: LiveState): void {
  if (state === next) return
  state = next
  // Whoever polls, or does so no more, finds out when its query is answered next.
  if (next === 'polling') refreshAll()
  for (const listener of listeners) listener()
}

function ask(): void {
  clearTimeout(timer)
  timer = setTimeout(sendWanted, 0)
}

function sendWanted(): void {
  if (link === undefined) start()
  link?.send({ type: 'want', page, topics: [...wanted.keys()] })
}

function start(): void {
  link = openLink(hear)
  if (link === undefined) {
    setState('polling')
    return
  }
  setInterval(sendWanted, PAGE_SIGN_MS)
  window.addEventListener('pagehide', () => link?.send({ type: 'leave', page }))
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) sendWanted()
  })
}

function hear(message: HubMessage): void {
  switch (message.type) {
    case 'begun':
      ask()
      break
    case 'refused':
      isJoined = false
      setState('polling')
      break
    case 'joined':
      if (message.page === page) join()
      break
    case 'event':
      if (message.event.name === 'broken') setState('polling')
      else {
        if (isJoined) setState('live')
        applyEvent(message.event)
      }
  }
}

function join(): void {
  isJoined = true
  setState('live')
  setTimeout(refreshAll, FIRST_ANSWERS_MS)
}
