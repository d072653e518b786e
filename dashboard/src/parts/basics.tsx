import type { PropsWithChildren, ReactNode } from 'react'
import type { Job } from '../../../src/client/index.ts'
import { MemoirApiError, MemoirConnectionError } from '../../../src/client/index.ts'
import { ago, timeOf } from './words.ts'

/** The small parts that every page is made of. */

interface HeadProps extends PropsWithChildren {
  readonly title: ReactNode
  readonly about?: ReactNode
}

/** The top of a page, with what can be done on it at the right. */
export function PageHead({ title, about, children }: HeadProps) {
  return (
    <div className="page-head">
      <div>
        <h1>{title}</h1>
        {about === undefined ? null : <p className="muted">{about}</p>}
      </div>
      {children === undefined ? null : <div className="actions">{children}</div>}
    </div>
  )
}

export function StateBadge({ state }: { readonly state: Job['state'] }) {
  return <span className={`badge state-${state}`}>{state}</span>
}

/** A moment, nearby in words and exactly on hovering. */
export function When({
  at,
  nothing = '–',
}: {
  readonly at: string | null
  readonly nothing?: string
}) {
  if (at === null) return <span className="muted">{nothing}</span>
  return (
    <time dateTime={at} title={timeOf(at)}>
      {ago(at)}
    </time>
  )
}

interface EmptyProps extends PropsWithChildren {
  readonly title: string
}

export function Empty({ title, children }: EmptyProps) {
  return (
    <div className="empty">
      <p className="title">{title}</p>
      {children}
    </div>
  )
}

interface ProblemProps {
  readonly error: unknown
  readonly again?: () => void
}

/** What went wrong, in the API's own words, and how to go on. */
export function Problem({ error, again }: ProblemProps) {
  const request = error instanceof MemoirApiError ? error.request_id : undefined
  return (
    <div className="problem" role="alert">
      <p>{sentenceOf(error)}</p>
      {request === undefined ? null : (
        <p className="small muted">
          Request <code>{request}</code>
        </p>
      )}
      {again === undefined ? null : (
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  )
}

export function sentenceOf(error: unknown): string {
  if (error instanceof MemoirConnectionError) {
    return error.timedOut
      ? 'Memoir did not answer in time.'
      : 'Memoir does not answer. It may be starting.'
  }
  return error instanceof Error ? error.message : 'That did not work.'
}

/** Keeps the place of what is still being read. */
export function Skeleton({ rows = 3 }: { readonly rows?: number }) {
  return (
    <div className="skeleton-rows" aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="skeleton" />
      ))}
    </div>
  )
}
