import type { Queryable } from '../database.ts'
import { quoted } from './source-columns.ts'

/** Statements over somebody's table of episodes; the names come from configuration, checked to be plain SQL names. */
export interface EpisodeTable {
  readonly table: string
  readonly id: string
  readonly user: string
  readonly content: string
  readonly createdAt: string
  readonly summary: string | null
  readonly session: string | null
}

export interface EpisodeRow {
  readonly id: string
  readonly userId: string | null
  /** Null where it is more than one memory may hold. */
  readonly content: string | null
  readonly bytes: number
  readonly createdAt: Date | null
  readonly summary: string | null
  readonly sessionId: string | null
}

/** A whole book is no memory. */
const MAX_BYTES = 1_048_576

const optional = (name: string | null) => (name === null ? 'null::text' : `e.${quoted(name)}::text`)

function columns(t: EpisodeTable): string {
  const content = `e.${quoted(t.content)}::text`
  return `e.${quoted(t.id)}::text as id, e.${quoted(t.user)}::text as "userId",
       case when octet_length(${content}) <= ${MAX_BYTES} then ${content} end as content,
       coalesce(octet_length(${content}), 0) as bytes, e.${quoted(t.createdAt)}::timestamptz as "createdAt",
       left(${optional(t.summary)}, 32768) as summary, ${optional(t.session)} as "sessionId"
  from ${quoted(t.table)} e`
}

/** One page by keyset, in the id column's own order. */
export async function selectEpisodesAfter(
  db: Queryable,
  t: EpisodeTable,
  { after, limit }: { after: string | null; limit: number },
): Promise<EpisodeRow[]> {
  const id = `e.${quoted(t.id)}`
  const { rows } = await db.query<EpisodeRow>(
    `select ${columns(t)} where ${after === null ? 'true' : `${id} > $2`} order by ${id} limit $1`,
    after === null ? [limit] : [limit, after],
  )
  return rows
}

export interface EpisodeCounts {
  readonly total: number
  readonly users: number
  readonly without_user: number
  readonly empty: number
  readonly too_large: number
}

export async function countEpisodes(db: Queryable, t: EpisodeTable): Promise<EpisodeCounts> {
  const [user, content] = [`e.${quoted(t.user)}`, `e.${quoted(t.content)}::text`]
  const { rows } = await db.query<EpisodeCounts>(
    `select count(*) as total, count(distinct ${user}) as users, count(*) filter (where ${user} is null) as without_user,
            count(*) filter (where coalesce(btrim(${content}), '') = '') as empty,
            count(*) filter (where octet_length(${content}) > ${MAX_BYTES}) as too_large
       from ${quoted(t.table)} e`,
  )
  return rows[0] ?? { total: 0, users: 0, without_user: 0, empty: 0, too_large: 0 }
}
