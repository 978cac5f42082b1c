import { ApiError, UnreachableError } from '@sweepd/client'
import type { ReactNode } from 'react'

/** A person reads what went wrong, and what to do. */
export function describeError(error: unknown): string {
  if (error instanceof ApiError) {
    const { title, detail, errors = [] } = error.problem
    return [`${title}. ${detail}`, ...errors.map((field) => `${field.pointer}: ${field.detail}`)].join('\n')
  }
  if (error instanceof UnreachableError)
    return 'The API does not answer. This page goes on by itself as soon as it does; start it with "sweepd up".'
  return error instanceof Error ? error.message : String(error)
}

/** What went wrong, in words. */
export function ErrorNotice({ error, children }: { readonly error: unknown; readonly children?: ReactNode }) {
  return (
    <div className="notice bad" role="alert">
      {describeError(error)}
      {children}
    </div>
  )
}

/** Room for what is being loaded, so that nothing jumps when it is there. */
export function Loading({ what, height = 160 }: { readonly what: string; readonly height?: number }) {
  return (
    <div className="skeleton" style={{ height }} role="status">
      <span className="visually-hidden">Loading {what}…</span>
    </div>
  )
}

/** Why there is nothing to see, and what to do about it. */
export function Empty({ children }: { readonly children: ReactNode }) {
  return <div className="empty">{children}</div>
}

/** How a sweep, trial, attempt or worker stands. */
export function StateBadge({ state }: { readonly state: string }) {
  return <span className={`badge ${state}`}>{state}</span>
}

interface CardProps {
  readonly title: ReactNode
  readonly note?: ReactNode
  readonly end?: ReactNode
  readonly footer?: ReactNode
  readonly children: ReactNode
}

/** A titled part of a page. */
export function Card({ title, note, end, footer, children }: CardProps) {
  return (
    <section className="card">
      <header>
        <h2>{title}</h2>
        {note !== undefined && <span className="soft small">{note}</span>}
        {end !== undefined && <div className="end">{end}</div>}
      </header>
      <div className="body">{children}</div>
      {footer !== undefined && <footer>{footer}</footer>}
    </section>
  )
}
