import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import type { Narrative } from '../../../src/client/index.ts'
import { useMemoir } from '../session.tsx'
import { Problem, Skeleton, When } from './basics.tsx'

type Citations = Narrative['citations']

/** What the numbers in a narrative stand for, read when somebody looks. */
export function NarrativeSources({ citations }: { readonly citations: Citations }) {
  const [open, setOpen] = useState(false)
  if (citations.length === 0) return null
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="small">What it rests on</summary>
      {open ? <Sources citations={citations} /> : null}
    </details>
  )
}

function Sources({ citations }: { readonly citations: Citations }) {
  const memoir = useMemoir()
  const ids = citations.map(({ memory_id: id }) => id)
  const memories = useQuery({
    queryKey: ['narrative-sources', ...ids],
    queryFn: async ({ signal }) =>
      await Promise.all(ids.map(async (id) => await memoir.memories.get(id, { signal }))),
  })
  const { data, error } = memories
  if (error !== null) return <Problem error={error} again={() => void memories.refetch()} />
  if (data === undefined) return <Skeleton rows={3} />
  return (
    <ol className="sources">
      {citations.map(({ n, memory_id: id }, index) => (
        <li key={id} value={n}>
          {data[index]?.content}{' '}
          <span className="muted small">
            {data[index]?.kind}, <When at={data[index]?.occurred_at ?? null} />
          </span>
        </li>
      ))}
    </ol>
  )
}
