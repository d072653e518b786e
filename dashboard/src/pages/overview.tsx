import { useQuery } from '@tanstack/react-query'
import type { Job, Ready, Stats } from '../../../src/client/index.ts'
import { Empty, PageHead, Problem, Skeleton, StateBadge, When } from '../parts/basics.tsx'
import { ProgressBar, ProgressLine } from '../parts/progress.tsx'
import { count, dollars, words } from '../parts/words.ts'
import { pathTo } from '../route.ts'
import { useMemoir, useSession } from '../session.tsx'

const LOOK_AGAIN_MS = 5_000

export function Overview() {
  const { key } = useSession()
  return (
    <>
      <PageHead title="Overview" about={`What stands in the namespace ${key.namespace}`} />
      <div className="grid">
        <Health />
        {key.user_id === null && key.scopes === null ? <Remembered /> : <OwnUsers />}
        {key.role === 'admin' ? <NextNight /> : null}
      </div>
      <RecentJobs />
    </>
  )
}

function Health() {
  const health = useQuery({
    queryKey: ['health'],
    queryFn: async ({ signal }): Promise<Ready> =>
      (await (await fetch('/health/ready', { signal })).json()) as Ready,
    refetchInterval: LOOK_AGAIN_MS,
  })
  return (
    <section className="card" aria-labelledby="health">
      <h2 id="health">Health</h2>
      {health.isPending ? <Skeleton rows={3} /> : null}
      {health.error === null ? null : <Problem error={health.error} />}
      {health.data === undefined ? null : (
        <ul className="parts">
          {Object.entries(health.data.parts).map(([name, part]) => (
            <li key={name}>
              <span className={part.ok ? 'dot ok' : 'dot bad'} aria-hidden="true" />
              <span className="part">{name}</span>
              <span className="muted detail">
                {part.detail ?? (part.ok ? 'answers' : 'does not answer')}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** A month is what vendors bill. */
const DAYS = 30

function Remembered() {
  const { memoir, key } = useSession()
  const stats = useQuery({
    queryKey: ['stats', key.namespace],
    queryFn: async ({ signal }) => {
      const { items } = await memoir.stats({ days: DAYS, limit: 200, signal })
      return items.find(({ namespace }) => namespace === key.namespace) ?? null
    },
    refetchInterval: LOOK_AGAIN_MS,
  })
  const { data } = stats
  return (
    <section className="card" aria-labelledby="remembered">
      <h2 id="remembered">Remembered</h2>
      {stats.isPending ? <Skeleton rows={3} /> : null}
      {stats.error === null ? null : <Problem error={stats.error} />}
      {data === undefined || data === null ? null : (
        <>
          <dl className="figures">
            <Figure name="memories" value={count(data.memories)} />
            <Figure name="conversations" value={count(data.episodes)} />
            <Figure name="users" value={count(data.users)} />
          </dl>
          <p className="muted small">{spentOf(data.total)}</p>
        </>
      )}
    </section>
  )
}

function spentOf({ requests, tokens, cost }: Stats['total']): string {
  if (requests === 0) return `No model vendor was asked in ${DAYS} days`
  const price = cost === null ? 'at an unknown price' : dollars(cost)
  return `${count(tokens)} tokens in ${DAYS} days, ${price}`
}

/** A key that sees a part of its namespace is not told of the whole. */
function OwnUsers() {
  const memoir = useMemoir()
  const users = useQuery({
    queryKey: ['users', 'own'],
    queryFn: async ({ signal }) => await memoir.users.list({ limit: 200, signal }),
  })
  const items = users.data?.items ?? []
  const sum = (name: 'memories' | 'episodes') =>
    count(items.reduce((total, user) => total + user[name], 0))
  return (
    <section className="card" aria-labelledby="remembered">
      <h2 id="remembered">Remembered</h2>
      {users.isPending ? <Skeleton rows={3} /> : null}
      {users.error === null ? null : <Problem error={users.error} />}
      {users.data === undefined ? null : (
        <dl className="figures">
          <Figure name="memories" value={sum('memories')} />
          <Figure name="conversations" value={sum('episodes')} />
        </dl>
      )}
    </section>
  )
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function NextNight() {
  const memoir = useMemoir()
  const schedules = useQuery({
    queryKey: ['schedules'],
    queryFn: async ({ signal }) => await memoir.schedules.list({ signal }),
  })
  return (
    <section className="card" aria-labelledby="next">
      <h2 id="next">Next</h2>
      {schedules.isPending ? <Skeleton rows={3} /> : null}
      {schedules.error === null ? null : <Problem error={schedules.error} />}
      {schedules.data?.items.length === 0 ? (
        <p className="muted">Nothing is scheduled here.</p>
      ) : null}
      <ul className="parts">
        {schedules.data?.items.map(({ id, paused, next_runs: [next] }) => (
          <li key={id}>
            <a className="part" href={pathTo('schedules')}>
              {words(id)}
            </a>
            <span className="muted detail">
              {paused ? 'paused' : <When at={next ?? null} nothing="not planned" />}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const SHOWN_JOBS = 6

function RecentJobs() {
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

export function JobRows({ jobs }: { readonly jobs: readonly Job[] }) {
  if (jobs.length === 0) return null
  return (
    <ul className="rows">
      {jobs.map((job) => (
        <li key={job.id} className="row">
          <a className="row-title" href={pathTo('jobs', { id: job.id })}>
            {words(job.kind)}
          </a>
          <StateBadge state={job.state} />
          <span className="row-text">
            <ProgressLine job={job} />
            {job.user_id === null ? null : <span className="muted"> · {job.user_id}</span>}
          </span>
          <span className="muted row-end">
            <When at={job.created_at} />
          </span>
          {job.state === 'running' || job.state === 'paused' ? (
            <ProgressBar job={job} label={`Progress of ${words(job.kind)}`} />
          ) : null}
        </li>
      ))}
    </ul>
  )
}
