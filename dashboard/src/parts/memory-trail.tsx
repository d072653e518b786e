import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useMemoir } from '../session.tsx'
import { Problem, Skeleton } from './basics.tsx'
import { timeOf } from './words.ts'

const REVISIONS = 20

/** Where a memory comes from and what it said before, read when somebody looks. */
export function MemoryTrail({ id }: { readonly id: string }) {
  const [open, setOpen] = useState(false)
  return (
    <details className="small" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Source and history</summary>
      {open ? <Trail id={id} /> : null}
    </details>
  )
}

function Trail({ id }: { readonly id: string }) {
  const memoir = useMemoir()
  const trail = useQuery({
    queryKey: ['memory-trail', id],
    queryFn: async ({ signal }) => {
      const [memory, history] = await Promise.all([
        memoir.memories.get(id, { signal }),
        memoir.memories.history(id, { limit: REVISIONS, signal }),
      ])
      return { memory, revisions: history.items }
    },
  })
  const { data, error } = trail
  if (error !== null) return <Problem error={error} again={() => void trail.refetch()} />
  if (data === undefined) return <Skeleton rows={2} />
  const { memory, revisions } = data
  return (
    <div className="stack">
      {memory.sources.length === 0 ? (
        <p className="muted">{ORIGIN[memory.kind]}</p>
      ) : (
        <ul className="sources">
          {memory.sources.map(({ message_id: message, quote, ...where }, place) => (
            <li key={message ?? place}>
              {quote === null ? null : <q>{quote}</q>}{' '}
              <span className="muted">{where.session_id ?? where.conversation_id ?? message}</span>
            </li>
          ))}
        </ul>
      )}
      {revisions.length < 2 ? null : (
        <ol className="versions">
          {revisions.map(({ revision, content, valid_from: from }) => (
            <li key={revision} value={revision}>
              {content} <span className="muted">since {timeOf(from)}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}

/** What is said of a memory that rests on no other. */
const ORIGIN = {
  fact: 'No source is stored for this fact.',
  message: 'A turn of a conversation, as it was said.',
  note: 'Stored directly.',
  summary: 'No source is stored for this summary.',
  episode: 'A conversation as a whole.',
}
