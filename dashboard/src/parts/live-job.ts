import { useEffect, useState } from 'react'
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import type { Job, Memoir } from '../../../src/client/index.ts'
import { useMemoir } from '../session.tsx'

const isOver = ({ state }: Job) =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled'

/** A job that is read once and then told of by its events, until it has ended. */
export function useLiveJob(id: string) {
  const memoir = useMemoir()
  const queries = useQueryClient()
  const [broken, setBroken] = useState(false)
  const job = useQuery({
    queryKey: ['job', id],
    queryFn: async ({ signal }) => await memoir.jobs.get(id, { signal }),
    // The events say more and sooner; without them it is asked for.
    refetchInterval: broken ? 3_000 : false,
  })
  const live = job.data !== undefined && !isOver(job.data)

  useEffect(() => {
    if (!live) return undefined
    const left = new AbortController()
    follow({ memoir, queries, id, signal: left.signal }).catch(() => {
      if (!left.signal.aborted) setBroken(true)
    })
    return () => left.abort(new Error('left'))
  }, [id, live, memoir, queries])

  return job
}

interface Following {
  readonly memoir: Memoir
  readonly queries: QueryClient
  readonly id: string
  readonly signal: AbortSignal
}

async function follow({ memoir, queries, id, signal }: Following): Promise<void> {
  for await (const now of memoir.jobs.watch(id, { signal })) {
    queries.setQueryData(['job', id], now)
  }
  await queries.invalidateQueries({ queryKey: ['jobs'] })
}
