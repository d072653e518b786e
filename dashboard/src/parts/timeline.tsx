import { useState } from 'react'
import type { Memory } from '../../../src/client/index.ts'
import { useMemoir } from '../session.tsx'
import { Empty } from './basics.tsx'
import { HitActions } from './hit-actions.tsx'
import { MemoryTrail } from './memory-trail.tsx'
import { Paged, usePages } from './pages.tsx'
import { Segments } from './segments.tsx'
import { clockOf, longDayOf } from './words.ts'

const PAGE = 30
/** An episode is its messages once more. */
const KINDS = ['fact', 'summary', 'note', 'message'] as const
const CHOICES = ['all', ...KINDS] as const

/** What happened to a user, by day, the latest first. */
export function Timeline({ user }: { readonly user: string }) {
  const memoir = useMemoir()
  const [kind, setKind] = useState<(typeof CHOICES)[number]>('all')
  const kinds = kind === 'all' ? KINDS : [kind]
  const list = usePages<Memory>({
    queryKey: ['memories', user, 'timeline', kind],
    read: async (cursor, signal) =>
      await memoir.memories.list({
        user_id: user,
        order: 'occurred',
        kinds,
        limit: PAGE,
        signal,
        ...(cursor === undefined ? {} : { cursor }),
      }),
  })
  return (
    <section aria-labelledby="timeline">
      <div className="section-head">
        <h2 id="timeline">Timeline</h2>
        <Segments legend="Kind" choices={CHOICES} chosen={kind} onChange={setKind} />
      </div>
      <Paged list={list} empty={<Empty title={`Nothing is remembered of ${user}`} />}>
        {(memories) => <Days memories={memories} />}
      </Paged>
    </section>
  )
}

function Days({ memories }: { readonly memories: readonly Memory[] }) {
  return (
    <ol className="timeline">
      {daysOf(memories).map(([day, those]) => (
        <li key={day}>
          <h3>{longDayOf(day)}</h3>
          <ul>
            {those.map((memory) => (
              <Moment key={memory.id} memory={memory} />
            ))}
          </ul>
        </li>
      ))}
    </ol>
  )
}

function Moment({ memory }: { readonly memory: Memory }) {
  return (
    <li className="moment">
      <p className="hit-meta">
        <time dateTime={memory.occurred_at}>{clockOf(memory.occurred_at)}</time>
        <span className="badge">{memory.kind}</span>
        {memory.role === null ? null : <span>{memory.role}</span>}
      </p>
      <p className="hit-text">{memory.content}</p>
      <MemoryTrail id={memory.id} />
      <HitActions memory={memory} />
    </li>
  )
}

/** By the day where the reader is, in the order given. */
function daysOf(memories: readonly Memory[]): (readonly [string, readonly Memory[]])[] {
  const days = Map.groupBy(memories, ({ occurred_at: at }) => new Date(at).toDateString())
  return [...days.values()].map((those) => [those[0]?.occurred_at ?? '', those] as const)
}
