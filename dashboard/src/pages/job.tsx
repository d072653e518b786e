import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { IngestFailure, Job } from '../../../src/client/index.ts'
import { Empty, PageHead, Problem, Skeleton, StateBadge, When } from '../parts/basics.tsx'
import { JobControls } from '../parts/job-controls.tsx'
import { useLiveJob } from '../parts/live-job.ts'
import { Paged, usePages } from '../parts/pages.tsx'
import { CountsList, countsOf, isWalk, OtherCounts, ProgressBar } from '../parts/progress.tsx'
import { capital, count } from '../parts/words.ts'
import { pathTo } from '../route.ts'
import { useMemoir } from '../session.tsx'

/** One job, as it goes. */
export function JobPage({ id }: { readonly id: string }) {
  const job = useLiveJob(id)
  if (job.isPending) return <Skeleton rows={6} />
  if (job.data === undefined) {
    return (
      <>
        <PageHead title="Job" about={<a href={pathTo('jobs')}>All jobs</a>} />
        <Problem error={job.error} again={() => void job.refetch()} />
      </>
    )
  }
  return <ShownJob job={job.data} />
}

function ShownJob({ job }: { readonly job: Job }) {
  const { processed, total, errors } = countsOf(job)
  const share = total > 0 ? `, ${count(processed)} of ${count(total)}` : ''
  return (
    <>
      <p className="crumbs">
        <a href={pathTo('jobs')}>Jobs</a>
      </p>
      <PageHead
        title={
          <>
            {capital(job.kind)} <StateBadge state={job.state} />
          </>
        }
        about={<code className="id">{job.id}</code>}
      >
        <JobControls job={job} />
      </PageHead>
      <output className="unseen">{`The job is ${job.state}${share}`}</output>
      {job.error === null ? null : <JobFault job={job} />}
      {isWalk(job) ? (
        <section className="card" aria-label="Progress">
          <ProgressBar job={job} label="Progress" />
          <CountsList job={job} />
        </section>
      ) : (
        <OtherCounts progress={job.progress} />
      )}
      <Course job={job} />
      <FailedSteps job={job} />
      {isWalk(job) ? <Failures job={job.id} errors={errors} /> : null}
    </>
  )
}

function JobFault({ job: { error } }: { readonly job: Job }) {
  if (error === null) return null
  return (
    <section className="problem" aria-label="What failed">
      <p>
        <strong>{error.message}</strong>
      </p>
      <p className="small">
        Step <code>{error.step}</code>, code <code>{error.code}</code>
      </p>
    </section>
  )
}

function Course({ job }: { readonly job: Job }) {
  return (
    <dl className="card facts" aria-label="Course">
      {job.user_id === null ? null : (
        <div>
          <dt>User</dt>
          <dd>
            <a href={pathTo('users', { id: job.user_id })}>{job.user_id}</a>
          </dd>
        </div>
      )}
      <div>
        <dt>Accepted</dt>
        <dd>
          <When at={job.created_at} />
        </dd>
      </div>
      <div>
        <dt>Started</dt>
        <dd>
          <When at={job.started_at} nothing="not yet" />
        </dd>
      </div>
      <div>
        <dt>Ended</dt>
        <dd>
          <When at={job.finished_at} nothing="not yet" />
        </dd>
      </div>
      <div>
        <dt>Attempts</dt>
        <dd>{job.attempts}</dd>
      </div>
      {job.temporal_url === undefined ? null : (
        <div>
          <dt>Run</dt>
          <dd>
            <a href={job.temporal_url} rel="noreferrer" target="_blank">
              in Temporal’s UI
            </a>
          </dd>
        </div>
      )}
    </dl>
  )
}

/** Also those that worked when they were tried again; nothing where none failed. */
function FailedSteps({ job: { id, state, error } }: { readonly job: Job }) {
  const memoir = useMemoir()
  const steps = useQuery({
    queryKey: ['steps', id, state, error],
    queryFn: async ({ signal }) => await memoir.jobs.failures(id, { signal }),
    placeholderData: keepPreviousData,
  })
  if (steps.isError) return <Problem error={steps.error} again={() => void steps.refetch()} />
  if (steps.data === undefined || steps.data.length === 0) return null
  return (
    <section aria-labelledby="steps">
      <h2 id="steps">Steps that failed</h2>
      <ul className="rows">
        {steps.data.map(({ step, code, message, failures, last_at: at }) => (
          <li key={step} className="row">
            <code className="row-title">{step}</code>
            <span className="badge">{code}</span>
            <span className="row-text">{message}</span>
            <span className="muted row-end">
              {failures === 1 ? 'once' : `${count(failures)} times`}, last <When at={at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Failures({ job, errors }: { readonly job: string; readonly errors: number }) {
  const memoir = useMemoir()
  const list = usePages<IngestFailure>({
    queryKey: ['failures', job, errors],
    read: async (cursor, signal) =>
      await memoir.backfills.failures(job, {
        limit: 25,
        signal,
        ...(cursor === undefined ? {} : { cursor }),
      }),
  })
  return (
    <section aria-labelledby="failures">
      <h2 id="failures">Conversations that failed</h2>
      <Paged list={list} empty={<Empty title="None" />}>
        {(failures) => (
          <ul className="rows">
            {failures.map((failure) => (
              <li key={failure.conversation_id} className="row">
                <code className="row-title">{failure.conversation_id}</code>
                <span className="badge">{failure.code}</span>
                <span className="row-text">{failure.message}</span>
                <span className="muted row-end">
                  <When at={failure.failed_at} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </Paged>
    </section>
  )
}
