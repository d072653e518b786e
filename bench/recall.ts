import { CANDIDATES } from '../src/recall/search.ts'
import { isIndexed } from '../src/stores/recall/candidates.ts'
import type { Database } from '../src/stores/database.ts'
import { findRecallUser, type RecallUser } from '../src/stores/memory-users.ts'
import { insertPostings } from '../src/stores/memories/postings.ts'
import { buildSpaceIndex, ensureActiveSpace, type Space } from '../src/stores/spaces/spaces.ts'
import { indexCandidates } from '../src/stores/recall/vector-scores.ts'
import { queryLexemes } from '../src/text/tokens.ts'
import { indexMessages } from '../src/ingest/text-index.ts'
import { createInstantEmbedder } from './embedder.ts'
import { ADMIN_KEY, startMemoir, type BenchMemoir, type BenchServers } from './environment.ts'
import { bareTextQuery, bareVectorQuery } from './floor.ts'
import { createRandom, sentence } from './generator.ts'
import { alternate, ms, percentile, type Finding } from './measure.ts'

const ROUNDS = 200
const WARM_UP = 30
/** A server in use has its code compiled: V8 takes some hundred requests for that. */
const COMPILED = 1_000
const HITS = 10
const FACTOR = 1.5
const SLACK_MS = 3
const LIMIT_MS = 100
const WINDOW = 8

/** One store with users of several sizes, filled to the largest. */
export async function benchRecall(
  servers: BenchServers,
  sizes: readonly number[],
): Promise<Finding[]> {
  const embedder = createInstantEmbedder()
  await using memoir = await startMemoir(servers, {
    name: 'recall',
    models: { embedder },
    worker: false,
  })
  const space = await ensureActiveSpace(memoir.services.db, embedder.identity)
  for (const size of sizes) await fill(memoir, { size, space })
  if (sizes.some((size) => size > 10_000)) await buildSpaceIndex(memoir.services.db, space)
  await memoir.services.db.query('vacuum analyze memoir.memory_posting')
  await memoir.services.db.query('vacuum analyze memoir.memory_embedding')
  await memoir.services.db.query('vacuum analyze memoir.memory_trace')
  const indexed = await ensureActiveSpace(memoir.services.db, embedder.identity)
  await compile(memoir, Math.min(...sizes))
  const findings: Finding[] = []
  for (const size of sizes) findings.push(await measure(memoir, { size, space: indexed }))
  return findings
}

const userOf = (size: number) => `reader-${size}`

async function fill(
  memoir: BenchMemoir,
  { size, space }: { size: number; space: Space },
): Promise<void> {
  const { db } = memoir.services
  const { rows } = await db.query<{ id: string }>(
    `insert into memoir.memory_user (namespace_id, external_id, trace_count, vector_count, text_count, languages)
     values ($1, $2, $3, $3, $3, '{en}') returning id`,
    [memoir.namespaceId, userOf(size), size],
  )
  const userId = rows[0]?.id ?? ''
  const random = createRandom(size)
  for (let from = 0; from < size; from += FILL_BATCH) {
    await fillBatch(db, { userId, random, space, count: Math.min(FILL_BATCH, size - from) })
  }
  await db.query(
    `update memoir.memory_user u set text_length = s.l, window_length = s.w
       from (select sum(text_length) as l, sum(window_length) as w from memoir.memory_trace where user_id = $1) s
      where u.id = $1`,
    [userId],
  )
}

const FILL_BATCH = 1_000

async function fillBatch(
  db: Database,
  {
    userId,
    random,
    space,
    count,
  }: { userId: string; random: () => number; space: Space; count: number },
): Promise<void> {
  // Conversations of a few messages, so that windows are as they are in life.
  const texts = Array.from({ length: count }, () => sentence(random, 12))
  const indexed = Array.from({ length: Math.ceil(count / WINDOW) }, (_, at) =>
    indexMessages(texts.slice(at * WINDOW, (at + 1) * WINDOW), 'en'),
  ).flat()
  const { rows } = await db.query<{ id: string; seq: number }>(
    `insert into memoir.memory_trace (id, user_id, kind, role, content, content_hash, language, occurred_at,
                                      text_length, window_length, vector_state, vector_revision, searchable_at)
     select gen_random_uuid(), $1::uuid, 'message', 'user', w.content, sha256(w.content::bytea), 'en',
            now() - random() * interval '300 days', w.length, w.window, 'written', 1, now()
       from unnest($2::text[], $3::int[], $4::int[]) with ordinality as w(content, length, "window", place)
      order by w.place
     returning id, seq`,
    [userId, texts, indexed.map((t) => t.length), indexed.map((t) => t.windowLength)],
  )
  const sorted = rows.toSorted((a, b) => a.seq - b.seq)
  await insertPostings(
    db,
    sorted.flatMap(({ seq }, index) => {
      const text = indexed[index]
      return text ? [{ ...text, userId, seq }] : []
    }),
  )
  // Random directions, made by the server: sending them would take most of the time.
  await db.query(
    `insert into memoir.memory_embedding (trace_id, head, space_id, user_id, seq, kind, revision, vec)
     select t.id, 'semantic', $2, $1::uuid, t.seq, 'message', 1,
            (select array_agg(random() - 0.5) from generate_series(1, ${space.dimensions}) where t.seq is not null)::real[]::halfvec
       from unnest($3::uuid[], $4::bigint[]) as t(id, seq)`,
    [userId, space.id, rows.map((r) => r.id), rows.map((r) => r.seq)],
  )
}

async function compile(memoir: BenchMemoir, size: number): Promise<void> {
  const random = createRandom(size + 2)
  for (let round = 0; round < COMPILED; round += 1) {
    await recallOverHttp(memoir, { user: userOf(size), q: sentence(random, 8) })
  }
}

async function measure(
  memoir: BenchMemoir,
  { size, space }: { size: number; space: Space },
): Promise<Finding> {
  const { db, embedder } = memoir.services
  const { rows } = await db.query<{ id: string; texts: number; length: number }>(
    `select id, text_count as texts, text_length::float / text_count as length from memoir.memory_user where external_id = $1`,
    [userOf(size)],
  )
  const user = rows[0] ?? { id: '', texts: 0, length: 1 }
  const indexed = isIndexed(space, await recallUser(memoir, size))
  const random = createRandom(size + 1)
  const questions = Array.from({ length: ROUNDS + WARM_UP }, () => sentence(random, 8))
  const ask = async (round: number) =>
    await recallOverHttp(memoir, { user: userOf(size), q: questions[round] ?? '' })
  const bare = async (round: number) => {
    const q = questions[round] ?? ''
    const [vec] = await embedder.embed([q], { priority: 'live' })
    await bareVectorQuery(db, {
      userId: user.id,
      spaceId: space.id,
      dimensions: space.dimensions,
      vec: vec ?? new Float32Array(space.dimensions),
      limit: indexed ? indexCandidates(CANDIDATES) : CANDIDATES,
      indexed,
    })
    const lexemes = queryLexemes(q, ['en'])
    await bareTextQuery(db, {
      userId: user.id,
      lexemes,
      texts: user.texts,
      averageLength: user.length,
      limit: CANDIDATES,
    })
  }
  await alternate(WARM_UP, {
    ask: async (round) => await ask(ROUNDS + round),
    bare: async (round) => await bare(ROUNDS + round),
  })
  const samples = await alternate(ROUNDS, { ask, bare })
  const took = percentile(samples.ask, 0.95)
  const floor = percentile(samples.bare, 0.95)
  return {
    what: `recall over HTTP, user of ${size} memories, p95 (p50 ${ms(percentile(samples.ask, 0.5))})`,
    measured: `${ms(took)}, the two bare queries ${ms(floor)} (p50 ${ms(percentile(samples.bare, 0.5))})`,
    bar: `≤ ${FACTOR} × bare + ${SLACK_MS} ms, < ${LIMIT_MS} ms`,
    holds: took <= FACTOR * floor + SLACK_MS && took < LIMIT_MS,
  }
}

async function recallUser(
  { services, namespaceId }: BenchMemoir,
  size: number,
): Promise<RecallUser> {
  const user = await findRecallUser(services.db, { namespaceId, externalId: userOf(size) })
  if (!user) throw new Error('the user of the bench is gone')
  return user
}

async function recallOverHttp(
  { url }: BenchMemoir,
  { user, q }: { user: string; q: string },
): Promise<void> {
  const response = await fetch(`${url}/v1/recall`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ q, user_id: user, k: HITS, hops: 0 }),
  })
  const { hits } = (await response.json()) as { hits: unknown[] }
  if (hits.length !== HITS)
    throw new Error(`recall answered ${hits.length} hits, status ${response.status}`)
}
