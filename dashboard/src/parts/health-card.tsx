import { useQuery } from '@tanstack/react-query'
import type { Ready, Status } from '../../../src/client/index.ts'
import { Problem, Skeleton } from './basics.tsx'
import { useStatus } from './store-cards.tsx'

const LOOK_AGAIN_MS = 5_000

const LOOK: Record<Status['status'], string> = {
  healthy: 'state-succeeded',
  degraded: 'state-paused',
  unhealthy: 'state-failed',
}

/** Which parts answer, even when the one that knows the keys does not. */
export function HealthCard() {
  const health = useQuery({
    queryKey: ['health'],
    queryFn: async ({ signal }): Promise<Ready> =>
      (await (await fetch('/health/ready', { signal })).json()) as Ready,
    refetchInterval: LOOK_AGAIN_MS,
  })
  const { data: status } = useStatus()
  return (
    <section className="card" aria-labelledby="health">
      <h2 id="health">
        Health{' '}
        {status === undefined ? null : (
          <span className={`badge ${LOOK[status.status]}`}>{status.status}</span>
        )}
      </h2>
      {health.isPending ? <Skeleton rows={5} /> : null}
      {health.error === null ? null : <Problem error={health.error} />}
      {health.data === undefined ? null : <Parts parts={health.data.parts} />}
      {status === undefined ? null : <p className="muted small">{agreement(status)}</p>}
    </section>
  )
}

function Parts({ parts }: Pick<Ready, 'parts'>) {
  return (
    <ul className="parts">
      {Object.entries(parts).map(([name, part]) => (
        <li key={name}>
          <span className={part.ok ? 'dot ok' : 'dot bad'} aria-hidden="true" />
          <span className="part">{name}</span>
          <span className="muted detail">
            {part.detail ?? (part.ok ? 'answers' : 'does not answer')}
          </span>
        </li>
      ))}
    </ul>
  )
}

function agreement({ metrics: { sync_percentage: share, total_memories: memories } }: Status) {
  if (memories === 0) return 'There is nothing to hold yet'
  return share >= 100
    ? 'The stores hold every memory'
    : `The stores hold ${share} % of the memories`
}
