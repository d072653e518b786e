import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useSession } from '../session.tsx'
import { activityOf, type Activity, type ChartData } from './activity.ts'
import { Problem, Skeleton } from './basics.tsx'
import type { DayChartProps } from './day-chart.tsx'
import { brief, count, dollars, plural, shortDayOf, span } from './words.ts'

/** The library that draws comes after the page stands. */
const DayChart = lazy(async () => ({ default: (await import('./day-chart.tsx')).DayChart }))

/** A month is what vendors bill. */
export const DAYS = 30
/** Every memory and job of those days is read for it. */
const LOOK_AGAIN_MS = 60_000

/** How the last month went: what came, how soon it was searchable, what failed, what it cost. */
export function ActivityCharts() {
  const { memoir, key } = useSession()
  const stats = useQuery({
    queryKey: ['activity', key.namespace],
    queryFn: async ({ signal }) => {
      const { items } = await memoir.stats({ days: DAYS, activity: true, limit: 200, signal })
      return items.find(({ namespace }) => namespace === key.namespace) ?? null
    },
    refetchInterval: LOOK_AGAIN_MS,
  })
  const activity = useMemo(
    () => (stats.data === undefined || stats.data === null ? null : activityOf(stats.data, DAYS)),
    [stats.data],
  )
  return (
    <section aria-labelledby="activity">
      <h2 id="activity">The last {DAYS} days</h2>
      {stats.error === null ? null : (
        <Problem error={stats.error} again={() => void stats.refetch()} />
      )}
      {stats.error === null || activity !== null ? (
        <div className="charts">
          <Charts activity={activity} />
        </div>
      ) : null}
    </section>
  )
}

const sum = ({ values: [line = []] }: ChartData) =>
  line.reduce<number>((all, each) => all + (each ?? 0), 0)

/** As it was on the last day on which anything came. */
function soon({ values }: ChartData): string | null {
  const [most, half] = values.map((line) => line.findLast((each) => each !== null) ?? null)
  if (typeof most !== 'number' || typeof half !== 'number') return null
  return `lately half in ${span(half)}, 95 of 100 in ${span(most)}`
}

function Charts({ activity }: { readonly activity: Activity | null }) {
  return (
    <>
      <Chart
        title="Memories"
        data={activity?.memories}
        total={activity && plural(sum(activity.memories), 'memory', 'memories')}
        nothing="Nothing was remembered."
        shape="bars"
        say={brief}
      />
      <Chart
        title="From accepted to searchable"
        data={activity?.lag}
        total={activity && soon(activity.lag)}
        nothing="No session and no single memory was posted."
        shape="lines"
        say={span}
      />
      <Chart
        title="Failed jobs"
        data={activity?.failures}
        total={activity && count(sum(activity.failures))}
        nothing="None failed."
        shape="bars"
        look="bad"
        say={brief}
      />
      <Chart
        title="Spend"
        data={activity?.spend}
        total={
          activity &&
          `${dollars(sum(activity.spend))}${activity.priced ? '' : ', and what has no known price'}`
        }
        nothing="Nothing that costs was asked of a model vendor."
        shape="bars"
        say={dollars}
      />
    </>
  )
}

interface ChartProps extends Pick<DayChartProps, 'shape' | 'look' | 'say'> {
  readonly title: string
  /** Undefined while it is being read. */
  readonly data: ChartData | undefined
  readonly total: string | null
  readonly nothing: string
}

function Chart({ title, data, total, nothing, ...drawing }: ChartProps) {
  const [pointed, setPointed] = useState<number | null>(null)
  const onPoint = useCallback((day: number | null) => setPointed(day), [])
  const day = pointed === null ? undefined : data?.days[pointed]
  const value = pointed === null ? undefined : data?.values[0]?.[pointed]
  const empty = data !== undefined && (data.values[0] ?? []).every((each) => !each)
  const shown =
    day === undefined
      ? total
      : `${shortDayOf(day)}: ${typeof value === 'number' ? drawing.say(value) : 'nothing'}`
  return (
    <figure className="card chart">
      <figcaption>
        <span className="chart-title">{title}</span>
        <span className="muted small">{empty ? '' : shown}</span>
      </figcaption>
      <div className="chart-box">
        {data === undefined ? <Skeleton rows={3} /> : null}
        {empty ? <p className="muted small">{nothing}</p> : null}
        {data === undefined || empty ? null : (
          <Suspense fallback={<div className="chart-place" />}>
            <DayChart data={data} onPoint={onPoint} {...drawing} />
          </Suspense>
        )}
      </div>
    </figure>
  )
}
