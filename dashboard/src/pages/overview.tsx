import { ActivityCharts } from '../parts/activity-charts.tsx'
import { PageHead } from '../parts/basics.tsx'
import { HealthCard } from '../parts/health-card.tsx'
import { NextNight } from '../parts/next-night.tsx'
import { RecentJobs } from '../parts/recent-jobs.tsx'
import { RememberedCard } from '../parts/remembered-card.tsx'
import { useSession } from '../session.tsx'

export function Overview() {
  const { key } = useSession()
  const seesAll = key.user_id === null && key.scopes === null
  return (
    <>
      <PageHead title="Overview" about={`What stands in the namespace ${key.namespace}`} />
      <div className="grid">
        <HealthCard />
        <RememberedCard />
        {key.role === 'admin' ? <NextNight /> : null}
      </div>
      {seesAll ? <ActivityCharts /> : null}
      <RecentJobs />
    </>
  )
}
