import { useState } from 'react'
import type { Job, JobFilter } from '../../../src/client/index.ts'
import { Empty, PageHead } from '../parts/basics.tsx'
import { JobRows } from '../parts/job-rows.tsx'
import { Paged, usePages } from '../parts/pages.tsx'
import { Segments } from '../parts/segments.tsx'
import { StartBackfill } from '../parts/start-backfill.tsx'
import { words } from '../parts/words.ts'
import { useMemoir, useSession } from '../session.tsx'

const CHOICES = ['all', 'queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled'] as const
const LOOK_AGAIN_MS = 3_000
const PAGE = 25

export function Jobs() {
  const { key } = useSession()
  const memoir = useMemoir()
  const [state, setState] = useState<(typeof CHOICES)[number]>('all')
  const [starting, setStarting] = useState(false)
  const filter: JobFilter = state === 'all' ? { limit: PAGE } : { limit: PAGE, state }
  const list = usePages<Job>({
    queryKey: ['jobs', filter],
    read: async (cursor, signal) =>
      await memoir.jobs.list({ ...filter, signal, ...(cursor === undefined ? {} : { cursor }) }),
    refetchMs: LOOK_AGAIN_MS,
  })
  return (
    <>
      <PageHead title="Jobs" about="Every piece of accepted work, newest first">
        {key.role === 'admin' ? (
          <button type="button" className="button primary" onClick={() => setStarting(true)}>
            Start a backfill
          </button>
        ) : null}
      </PageHead>
      <Segments legend="State" choices={CHOICES} chosen={state} onChange={setState} />
      <Paged list={list} empty={<NoJobs state={state} />}>
        {(jobs) => <JobRows jobs={jobs} />}
      </Paged>
      {starting ? <StartBackfill onClose={() => setStarting(false)} /> : null}
    </>
  )
}

function NoJobs({ state }: { readonly state: (typeof CHOICES)[number] }) {
  if (state !== 'all') return <Empty title={`No ${words(state)} jobs`} />
  return (
    <Empty title="No jobs yet">
      <p>Work that was accepted stands here until it has ended, and after.</p>
    </Empty>
  )
}
