import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Schedule } from '../../../src/client/index.ts'
import { Empty, PageHead, Problem, Skeleton, When } from '../parts/basics.tsx'
import { ScheduleDialog, type ScheduleAsk } from '../parts/schedule-dialog.tsx'
import { timeOf, words } from '../parts/words.ts'
import { pathTo } from '../route.ts'
import { useMemoir } from '../session.tsx'

const SHOWN_RUNS = 3

export function Schedules() {
  const memoir = useMemoir()
  const schedules = useQuery({
    queryKey: ['schedules'],
    queryFn: async ({ signal }) => await memoir.schedules.list({ signal }),
  })
  return (
    <>
      <PageHead
        title="Schedules"
        about="Work that comes by itself. Times of schedules are in UTC."
      />
      {schedules.isPending ? <Skeleton rows={4} /> : null}
      {schedules.error === null ? null : (
        <Problem error={schedules.error} again={() => void schedules.refetch()} />
      )}
      {schedules.data?.items.length === 0 ? (
        <Empty title="Nothing is scheduled in this namespace">
          <p>Schedules belong to the namespace of the source.</p>
        </Empty>
      ) : null}
      {schedules.data?.items.map((schedule) => (
        <ScheduleCard key={schedule.id} schedule={schedule} />
      ))}
    </>
  )
}

function ScheduleCard({ schedule }: { readonly schedule: Schedule }) {
  const [asking, setAsking] = useState<ScheduleAsk>()
  const { id, cron, paused, note, applied } = schedule
  return (
    <section className="card" aria-label={words(id)}>
      <div className="card-head">
        <h2>
          {words(id)} {paused ? <span className="badge state-paused">paused</span> : null}
        </h2>
        <Actions schedule={schedule} onAsk={setAsking} />
      </div>
      <p>
        <code>{cron}</code>
        {note === null ? null : <span className="muted"> · {note}</span>}
      </p>
      {applied ? null : <p className="note">Temporal does not answer; a worker tells it later.</p>}
      <div className="columns">
        <NextRuns schedule={schedule} />
        <RecentRuns schedule={schedule} />
      </div>
      {asking === undefined ? null : (
        <ScheduleDialog schedule={schedule} ask={asking} onClose={() => setAsking(undefined)} />
      )}
    </section>
  )
}

interface ActionsProps {
  readonly schedule: Schedule
  onAsk(ask: ScheduleAsk): void
}

function Actions({ schedule: { id, paused }, onAsk }: ActionsProps) {
  const memoir = useMemoir()
  const queries = useQueryClient()
  const refresh = async () => await queries.invalidateQueries({ queryKey: ['schedules'] })
  const trigger = useMutation({
    mutationFn: async () => await memoir.schedules.trigger(id),
    onSuccess: ({ job }) => {
      location.hash = pathTo('jobs', { id: job })
    },
  })
  const resume = useMutation({
    mutationFn: async () => await memoir.schedules.change(id, { paused: false }),
    onSuccess: refresh,
  })
  const error = trigger.error ?? resume.error
  return (
    <div className="actions">
      <button
        type="button"
        className="button"
        disabled={trigger.isPending}
        onClick={() => trigger.mutate()}
      >
        Run now
      </button>
      {paused ? (
        <button type="button" className="button" onClick={() => resume.mutate()}>
          Resume
        </button>
      ) : (
        <button type="button" className="button" onClick={() => onAsk('pause')}>
          Pause
        </button>
      )}
      <button type="button" className="button" onClick={() => onAsk('cron')}>
        Change time
      </button>
      <button type="button" className="button" onClick={() => onAsk('backfill')}>
        Make up for…
      </button>
      {error === null ? null : <Problem error={error} />}
    </div>
  )
}

function NextRuns({ schedule: { next_runs: next, paused } }: { readonly schedule: Schedule }) {
  return (
    <div>
      <h3>Next</h3>
      {next.length === 0 || paused ? <p className="muted">None while it is paused.</p> : null}
      <ul className="plain">
        {paused ? null : next.slice(0, SHOWN_RUNS).map((at) => <li key={at}>{timeOf(at)}</li>)}
      </ul>
    </div>
  )
}

function RecentRuns({ schedule: { recent_runs: recent } }: { readonly schedule: Schedule }) {
  return (
    <div>
      <h3>Recent</h3>
      {recent.length === 0 ? <p className="muted">None yet.</p> : null}
      <ul className="plain">
        {recent.map(({ started_at: at, job, skipped }) => (
          <li key={at}>
            {job === null ? (
              <When at={at} />
            ) : (
              <a href={pathTo('jobs', { id: job })}>
                <When at={at} />
              </a>
            )}
            {skipped === null ? null : <span className="muted"> skipped: {words(skipped)}</span>}
          </li>
        ))}
      </ul>
    </div>
  )
}
