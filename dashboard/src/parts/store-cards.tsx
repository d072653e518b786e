import { useQuery } from '@tanstack/react-query'
import type { Status } from '../../../src/client/index.ts'
import { useMemoir } from '../session.tsx'
import { Problem, Skeleton } from './basics.tsx'
import { count } from './words.ts'

const LOOK_AGAIN_MS = 5_000

export function useStatus() {
  const memoir = useMemoir()
  return useQuery({
    queryKey: ['status'],
    queryFn: async ({ signal }) => await memoir.status({ signal }),
    refetchInterval: LOOK_AGAIN_MS,
  })
}

/** How much of the record each store holds. */
export function StoreCards() {
  const status = useStatus()
  if (status.isPending) return <Skeleton rows={4} />
  if (status.data === undefined) {
    return <Problem error={status.error} again={() => void status.refetch()} />
  }
  const { metrics, stores } = status.data
  const graph = stores.graph_store
  return (
    <div className="grid">
      <Held title="Record" detail="Postgres" held={metrics.total_memories} well />
      <Held
        title="Vectors"
        detail="Postgres, pgvector"
        held={metrics.vector_store_count}
        of={metrics.total_memories}
        well={stores.vector_store.healthy}
      />
      <Held
        title="Graph"
        detail={graph.backend === 'neo4j' ? graphState(graph) : 'Postgres alone'}
        held={metrics.graph_store_count}
        of={metrics.total_memories}
        well={graph.healthy}
      />
    </div>
  )
}

const graphState = ({ available }: Status['stores']['graph_store']) =>
  available ? 'Neo4j' : 'Neo4j does not answer'

interface HeldProps {
  readonly title: string
  readonly detail: string
  readonly held: number
  readonly of?: number
  readonly well: boolean
}

function Held({ title, detail, held, of, well }: HeldProps) {
  return (
    <section className="card held" aria-label={title}>
      <h2>
        <span className={well ? 'dot ok' : 'dot bad'} aria-hidden="true" />
        {title} <span className="muted small">{detail}</span>
        {well ? null : <span className="unseen">not well</span>}
      </h2>
      <p className="large">{count(held)}</p>
      <meter
        aria-label={`Memories in ${title.toLowerCase()}`}
        min={0}
        max={Math.max(1, of ?? held)}
        value={of === undefined ? Math.max(1, held) : held}
      />
      <p className="muted small">{shareOf(held, of)}</p>
    </section>
  )
}

function shareOf(held: number, of: number | undefined): string {
  if (of === undefined) return 'memories'
  if (held >= of) return of === 0 ? 'nothing to hold yet' : 'all of them'
  return `${count(of - held)} missing of ${count(of)}`
}
