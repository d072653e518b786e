import { forget } from '../../src/forget/forget.ts'
import type { ConsolidationFixture } from '../support/consolidation-fixture.ts'

/** A day to look through again, and what became of it. */

export const daysAgo = (days: number) =>
  new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
export const YESTERDAY = daysAgo(1)
export const OTHER = [
  'Ann met Bob at the library in Graz.',
  'Ann bought a red bicycle for the summer.',
  'The kitchen window leaks when it rains.',
  'Ann works at Siemens as an engineer.',
]
export const AGAIN = 'Ann bought a red bicycle  for the summer'
/** As many that stay as a twentieth of them allows one to go. */
export const many = (count: number, first = 0) =>
  Array.from({ length: count }, (_, n) => `Ann read chapter ${first + n} of the long novel.`)
export const DAY_OF_IT = [...OTHER, AGAIN, ...many(36)]

export async function forgetOne({ config, db, namespaceId }: ConsolidationFixture, id: string) {
  const context = { config, db, launch: () => undefined }
  await forget(context, { namespaceId, ids: [id], dryRun: false })
}

export async function find({ db }: ConsolidationFixture, id: string | undefined) {
  const { rows } = await db.query<{ state: string; content: string; by: string | null }>(
    'select state, content, superseded_by as by from memoir.memory_trace where id = $1',
    [id],
  )
  return rows[0]
}

/** Rows without ids that are made anew each time. */
export function shapeOf(rows: unknown): unknown {
  const ids = new Map<string, string>()
  const text = JSON.stringify(rows).replaceAll(
    /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
    (id) => ids.get(id) ?? (ids.set(id, 'id'), 'id'),
  )
  return sorted(JSON.parse(text))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, sorted(one)]))
}

/** Two memories of little weight get a second vector each. */
export async function headsOf({ db }: ConsolidationFixture): Promise<void> {
  await db.query(
    `with light as (
       update memoir.memory_trace set salience = 0.1 where id in (select id from memoir.memory_trace order by seq limit 2) returning id)
     insert into memoir.memory_embedding (trace_id, head, space_id, user_id, seq, kind, tier, revision, vec)
     select e.trace_id, 'entity', e.space_id, e.user_id, e.seq, e.kind, 'hot', e.revision, e.vec
       from memoir.memory_embedding e join light on light.id = e.trace_id`,
  )
  await db.query('update memoir.memory_user set vector_count = vector_count + 2')
}
