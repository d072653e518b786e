import { useQuery } from '@tanstack/react-query'
import { pathTo } from '../route.ts'
import { useMemoir } from '../session.tsx'
import { Empty, Problem, Skeleton } from './basics.tsx'
import { JobRows } from './job-rows.tsx'

const LOOK_AGAIN_MS = 5_000
const SHOWN_JOBS = 6

export function RecentJobs() {
  const memoir = useMemoir()
  const jobs = useQuery({
    queryKey: ['jobs', 'recent'],
    queryFn: async ({ signal }) => await memoir.jobs.list({ limit: SHOWN_JOBS, signal }),
    refetchInterval: LOOK_AGAIN_MS,
  })
  return (
    <section aria-labelledby="recent">
      <h2 id="recent">Recent work</h2>
      {jobs.isPending ? <Skeleton rows={4} /> : null}
      {jobs.error === null ? null : (
        <Problem error={jobs.error} again={() => void jobs.refetch()} />
      )}
      {jobs.data?.items.length === 0 ? (
        <Empty title="No work yet">
          <p>
            A backfill takes in the conversations you have. Start one under{' '}
            <a href={pathTo('jobs')}>Jobs</a>, or with <code>memoir backfill</code>.
          </p>
        </Empty>
      ) : null}
      {jobs.data === undefined ? null : <JobRows jobs={jobs.data.items} />}
    </section>
  )
}
