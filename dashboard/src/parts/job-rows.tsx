import type { Job } from '../../../src/client/index.ts'
import { pathTo } from '../route.ts'
import { StateBadge, When } from './basics.tsx'
import { isWalk, ProgressBar, ProgressLine } from './progress.tsx'
import { words } from './words.ts'

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
            {job.user_id === null ? null : <span className="muted about">{job.user_id}</span>}
          </span>
          <span className="muted row-end">
            <When at={job.created_at} />
          </span>
          {isWalk(job) && (job.state === 'running' || job.state === 'paused') ? (
            <ProgressBar job={job} label={`Progress of ${words(job.kind)}`} />
          ) : null}
        </li>
      ))}
    </ul>
  )
}
