import type { Job } from '../../../src/client/index.ts'
import { capital, count, dollars, duration, plural } from './words.ts'

/** How far a job has come. */

export interface Counts {
  readonly processed: number
  readonly created: number
  readonly updated: number
  readonly skipped: number
  readonly errors: number
  readonly total: number
  readonly rate: number
  readonly tokens: number
  readonly eta_seconds: number | null
  readonly cost: number | null
}

const numberOf = (value: unknown) => (typeof value === 'number' ? value : null)

export function countsOf({ progress }: Pick<Job, 'progress'>): Counts {
  const read = (name: string) => numberOf(progress[name]) ?? 0
  return {
    processed: read('processed'),
    created: read('created'),
    updated: read('updated'),
    skipped: read('skipped'),
    errors: read('errors'),
    total: read('total'),
    rate: read('rate'),
    tokens: read('tokens'),
    eta_seconds: numberOf(progress['eta_seconds']),
    cost: numberOf(progress['cost']),
  }
}

export function ProgressBar({ job, label }: { readonly job: Job; readonly label: string }) {
  const { processed, total } = countsOf(job)
  const known = total > 0
  const done = job.state === 'succeeded' || (known && processed >= total)
  return (
    <progress
      className={`progress state-${job.state}`}
      aria-label={label}
      max={known ? total : 1}
      value={done ? (known ? total : 1) : Math.min(processed, known ? total : 0)}
    />
  )
}

/** Whether it takes in conversations one after the other. */
export const isWalk = ({ kind }: Pick<Job, 'kind'>) => kind === 'backfill' || kind === 'nightly'

/** In one line: what a list of jobs says of each. */
export function ProgressLine({ job }: { readonly job: Job }) {
  if (job.error !== null && job.state === 'failed') return <span>{job.error.message}</span>
  if (!isWalk(job)) return <span>{comparedOf(job)}</span>
  const { processed, total, errors } = countsOf(job)
  const of = total > processed ? ` of ${count(total)}` : ''
  return (
    <span>
      {count(processed)}
      {of} conversations{errors > 0 ? <strong>, {count(errors)} failed</strong> : null}
    </span>
  )
}

/** Other work is on one thing, and its state says it all, but for comparisons. */
function comparedOf({ progress }: Job): string {
  const checked = numberOf(progress['checked'])
  return checked === null ? '' : `${plural(checked, 'memory', 'memories')} compared`
}

export function CountsList({ job }: { readonly job: Job }) {
  const counts = countsOf(job)
  const { eta_seconds: eta, cost } = counts
  const ended = job.finished_at !== null
  return (
    <dl className="facts">
      <Fact name="Processed">
        {count(counts.processed)}
        {counts.total > 0 ? <span className="muted"> of {count(counts.total)}</span> : null}
      </Fact>
      <Fact name="New">{count(counts.created)}</Fact>
      <Fact name="Changed">{count(counts.updated)}</Fact>
      <Fact name="Unchanged">{count(counts.skipped)}</Fact>
      <Fact name="Failed">{count(counts.errors)}</Fact>
      <Fact name="Pace">
        {counts.rate > 0 ? `${count(Math.round(counts.rate))} a second` : '–'}
      </Fact>
      <Fact name="Time left">{eta === null || ended ? '–' : duration(eta)}</Fact>
      <Fact name="Tokens">{count(counts.tokens)}</Fact>
      <Fact name="Cost">{cost === null ? '–' : dollars(cost)}</Fact>
    </dl>
  )
}

/** What work of other kinds counted, by its own names. */
export function OtherCounts({ progress }: Pick<Job, 'progress'>) {
  const shown = Object.entries(progress).filter(
    ([name, value]) => typeof value === 'number' && name !== 'processed',
  )
  if (shown.length === 0) return null
  return (
    <dl className="card facts" aria-label="Counts">
      {shown.map(([name, value]) => (
        <Fact key={name} name={capital(name)}>
          {count(numberOf(value) ?? 0)}
        </Fact>
      ))}
    </dl>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
