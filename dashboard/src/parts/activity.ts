import type { Stats } from '../../../src/client/index.ts'

/** What a namespace did, day by day, as charts take it. */

export interface ChartData {
  /** ISO 8601, UTC, without gaps. */
  readonly days: readonly string[]
  readonly values: readonly (readonly (number | null)[])[]
}

export interface Activity {
  readonly memories: ChartData
  /** Milliseconds: of 95 of 100, and of one of two. */
  readonly lag: ChartData
  readonly failures: ChartData
  readonly spend: ChartData
  /** False when a price of something that was asked for is not known. */
  readonly priced: boolean
}

const DAY_MS = 86_400_000

function lastDays(count: number): readonly string[] {
  const today = Date.now()
  return Array.from({ length: count }, (_, place) =>
    new Date(today - (count - 1 - place) * DAY_MS).toISOString().slice(0, 10),
  )
}

export function activityOf({ activity = [], usage }: Stats, count: number): Activity {
  const days = lastDays(count)
  const byDay = new Map(activity.map((each) => [each.day, each]))
  const each = <Value>(read: (day: string) => Value) => days.map(read)
  const spent = (day: string) =>
    usage.reduce((sum, row) => (row.day === day ? sum + (row.cost ?? 0) : sum), 0)
  return {
    memories: { days, values: [each((day) => byDay.get(day)?.memories ?? 0)] },
    lag: {
      days,
      values: [
        each((day) => byDay.get(day)?.lag_ms?.p95 ?? null),
        each((day) => byDay.get(day)?.lag_ms?.p50 ?? null),
      ],
    },
    failures: { days, values: [each((day) => byDay.get(day)?.failures ?? 0)] },
    spend: { days, values: [each(spent)] },
    priced: usage.every(({ cost }) => cost !== null),
  }
}
