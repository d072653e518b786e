import type { Config } from '../config.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { embedTexts } from '../ingest/embed.ts'
import { purseOf } from '../ingest/purse.ts'
import { indexAlone, type HeadVectors } from '../memories/derive.ts'
import { headTexts } from '../memories/head-text.ts'
import { requireSpace } from '../memories/space.ts'
import type { Embedder } from '../providers/embedder.ts'
import type { EpisodeSource } from '../sources/episodes.ts'
import type { Database, Queryable } from '../stores/database.ts'
import { upsertEdges } from '../stores/memories/edges.ts'
import { listMigratedUsers, listNextPairs } from '../stores/memories/episode-traces.ts'
import { findPosition, savePosition } from '../stores/jobs/job-progress.ts'
import { findJobRow } from '../stores/jobs/jobs.ts'
import { lockUsers } from '../stores/memory-users.ts'
import { readEpisodesRequest, readPlace, type EpisodesPlace, type EpisodesRequest } from './job.ts'
import { byUser, openEpisodes, writePage, type PageContext } from './page.ts'
import { readEpisode, type Episode } from './plan.ts'

/** The steps of taking in a table of episodes. Each page commits with its place and its counts: repeated, it counts once. */
export interface EpisodeSteps {
  begin(key: EpisodesKey): Promise<void>
  /** @returns whether there is more to do */
  page(key: EpisodesKey, hooks: { readonly signal: AbortSignal }): Promise<{ more: boolean }>
}

export interface EpisodesKey {
  readonly jobId: string
  readonly namespaceId: string
}

export interface EpisodesDependencies {
  readonly inForce: () => Promise<Config>
  readonly db: Database
  readonly embedder: Embedder
  readonly source: EpisodeSource
}

const PAGE = 100
const USERS = 20

interface Work extends EpisodesRequest, EpisodesKey {
  readonly place: EpisodesPlace
  readonly progress: Readonly<Record<string, unknown>>
}

export function createEpisodeSteps(dependencies: EpisodesDependencies): EpisodeSteps {
  const { db, source } = dependencies
  return {
    async begin(key) {
      const { limit } = await requireWork(db, key)
      const { total } = await source.count()
      const progress = { total: limit === null ? total : Math.min(limit, total) }
      await savePosition(db, { jobId: key.jobId, cursor: null, progress })
    },
    async page(key, { signal }) {
      const work = await requireWork(db, key)
      return work.place.part === 'rows'
        ? await takeRows(dependencies, work, signal)
        : { more: await linkUsers(db, work) }
    },
  }
}

async function requireWork(db: Database, key: EpisodesKey): Promise<Work> {
  const { jobId: id, namespaceId } = key
  const row = await findJobRow(db, { namespaceId, id })
  const position = await findPosition(db, id)
  if (row === null || position === null) throw new MemoirError('not_found', SENTENCE.not_found)
  const { cursor, progress } = position
  return { ...key, ...readEpisodesRequest(row), place: readPlace(cursor), progress }
}

const counted = ({ progress }: Work, name: string): number => {
  const value = progress[name]
  return typeof value === 'number' ? value : 0
}

async function takeRows(
  dependencies: EpisodesDependencies,
  work: Work,
  signal: AbortSignal,
): Promise<{ more: boolean }> {
  const { db, embedder, source, inForce } = dependencies
  const { jobId, namespaceId, limit, place } = work
  const config = await inForce()
  const left = limit === null ? PAGE : Math.min(PAGE, limit - counted(work, 'processed'))
  const rows = left > 0 ? await source.after(place.after, left) : []
  const ref = { namespaceId, source: source.name }
  const read = rows.map((row) => readEpisode(ref, row))
  const episodes = read.filter((one): one is Episode => typeof one !== 'string')
  const space = config.PERSISTENCE_ENABLE_VECTOR_STORE ? await requireSpace(db, embedder) : null
  const context: PageContext = { config, db, namespaceId, jobId, space }
  const users = await byUser(context, episodes)
  const open = await openEpisodes(db, users)
  const vectors =
    space === null ? new Map() : await embedHeads(dependencies, { context, work, open, signal })
  const errors = read.filter((one) => one === 'no_user' || one === 'too_large').length
  const last = rows.length < left || left <= 0 || rows.length === 0
  const next = last ? { part: 'links', after: null } : { part: 'rows', after: rows.at(-1)?.id }
  await db.transaction(async (tx) => {
    const counts = await writePage(tx, context, { users, vectors })
    const skipped = rows.length - errors - counts.created - counts.updated
    await savePosition(tx, {
      jobId,
      cursor: JSON.stringify(next),
      progress: sumOf(work, { ...counts, skipped, errors, processed: rows.length }),
    })
  })
  return { more: true }
}

/** What the page adds to the counts of the job. */
function sumOf(work: Work, page: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    Object.entries(page).map(([name, value]) => [name, counted(work, name) + value]),
  )
}

interface Embedding {
  readonly context: PageContext
  readonly work: Work
  readonly open: readonly Episode[]
  readonly signal: AbortSignal
}

/** One call for all heads of all rows. */
async function embedHeads(
  { db, embedder }: EpisodesDependencies,
  { context: { config }, work, open, signal }: Embedding,
): Promise<HeadVectors> {
  const texts = open.flatMap(({ traceId, content, createdAt }) => {
    const { language } = indexAlone(content, config.MEMORY_LANGUAGE)
    const occurredAt = createdAt ?? new Date()
    return headTexts(work.heads, { id: traceId, content, language, occurredAt })
  })
  return await embedTexts(texts, {
    embedder,
    chunkChars: config.EMBEDDING_CHUNK_CHARS,
    signal,
    priority: 'bulk',
    purse: purseOf({ db, config }, { jobId: work.jobId, model: embedder.identity.model }),
  })
}

/** The first links: what followed what, within a session of a user. @returns whether there are more users */
async function linkUsers(db: Database, work: Work): Promise<boolean> {
  const { jobId, namespaceId, place } = work
  const users = await listMigratedUsers(db, { namespaceId, after: place.after, limit: USERS })
  return await db.transaction(async (tx) => {
    let edges = 0
    for (const userId of await lockUsers(tx, users)) edges += await linkUser(tx, userId)
    const more = users.length === USERS
    const next = { part: 'links', after: users.at(-1) ?? place.after }
    const progress = { edges: counted(work, 'edges') + edges, ...(more ? {} : { eta_seconds: 0 }) }
    await savePosition(tx, { jobId, cursor: JSON.stringify(next), progress })
    return more
  })
}

async function linkUser(tx: Queryable, userId: string): Promise<number> {
  const pairs = await listNextPairs(tx, userId)
  await upsertEdges(
    tx,
    pairs.map(({ src, dst, at }) => ({ src, dst, type: 'next', userId, weight: 1, ts: at })),
  )
  return pairs.length
}
