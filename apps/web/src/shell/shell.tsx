import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useSyncExternalStore } from 'react'
import { Link, useLocation } from 'wouter'
import { isLoggedOut } from '../data/query-client'
import { LiveMark } from '../live/live-mark'
import { LoginPage } from './login-page'
import { ThemeSwitch } from './theme-switch'

const PLACES = [
  { href: '/', label: 'Sweeps', matches: /^\/($|sweeps|trials|compare)/ },
  { href: '/workers', label: 'Workers', matches: /^\/workers/ },
] as const

/** The frame around every page; instead of one, the login page if the API asks who is there. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [path] = useLocation()
  const mustLogIn = useMustLogIn()
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="top">
        <Link href="/" className="brand">
          <Mark />
          sweepd
        </Link>
        <nav aria-label="Main">
          {PLACES.map(({ href, label, matches }) => (
            <Link key={href} href={href} {...(matches.test(path) && { 'aria-current': 'page' as const })}>
              {label}
            </Link>
          ))}
          <a href="/docs">API</a>
        </nav>
        <div className="end">
          <LiveMark />
          <ThemeSwitch />
          <Link href="/new" className="button primary">
            New sweep
          </Link>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {mustLogIn ? <LoginPage /> : children}
      </main>
    </>
  )
}

function useMustLogIn(): boolean {
  const cache = useQueryClient().getQueryCache()
  return useSyncExternalStore(
    (onChange) => cache.subscribe(onChange),
    () => cache.getAll().some(({ state }) => isLoggedOut(state.error)),
  )
}

const Mark = () => (
  <svg width="24" height="24" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="7" fill="#1f6f6b" />
    <path d="M7 23c5-1 6-13 9-13s4 8 9 7" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
    <circle cx="16" cy="10" r="2.8" fill="#ffd166" />
  </svg>
)
