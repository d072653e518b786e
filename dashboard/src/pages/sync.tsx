import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Empty, PageHead, Problem, Skeleton } from '../parts/basics.tsx'
import { DriftReports } from '../parts/drift-reports.tsx'
import { StartSync, type SyncOperation } from '../parts/start-sync.tsx'
import { StoreCards } from '../parts/store-cards.tsx'
import { useMemoir } from '../session.tsx'

const LOOK_AGAIN_MS = 3_000

/** Whether the stores hold what the record says, and making them. */
export function Sync() {
  const memoir = useMemoir()
  const [asking, setAsking] = useState<SyncOperation>()
  const sync = useQuery({
    queryKey: ['sync'],
    queryFn: async ({ signal }) => await memoir.sync.get({ signal }),
    refetchInterval: LOOK_AGAIN_MS,
  })
  const { data, error } = sync
  return (
    <>
      <PageHead
        title="Sync"
        about="Postgres holds the record. Vectors and the graph follow it and can be made anew."
      >
        <button type="button" className="button primary" onClick={() => setAsking('check')}>
          Check…
        </button>
        <button type="button" className="button" onClick={() => setAsking('repair')}>
          Repair…
        </button>
      </PageHead>
      <StoreCards />
      <section aria-labelledby="reports">
        <div className="section-head">
          <h2 id="reports">Comparisons</h2>
          <output className="small muted">
            {data?.status === 'running' ? 'One is under way' : ''}
          </output>
        </div>
        {sync.isPending ? <Skeleton rows={4} /> : null}
        {error === null ? null : <Problem error={error} again={() => void sync.refetch()} />}
        {data?.reports.length === 0 ? (
          <Empty title="Nothing was compared yet">
            <p>A check reads both sides and changes nothing.</p>
          </Empty>
        ) : null}
        {data === undefined || data.reports.length === 0 ? null : (
          <DriftReports reports={data.reports} />
        )}
      </section>
      {asking === undefined ? null : (
        <StartSync operation={asking} onClose={() => setAsking(undefined)} />
      )}
    </>
  )
}
