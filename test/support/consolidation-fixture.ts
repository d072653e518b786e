import { randomUUID } from 'node:crypto'
import { loadConfig, type Config } from '../../src/config.ts'
import {
  createConsolidations,
  type Consolidations,
} from '../../src/consolidation/consolidations.ts'
import { createConsolidationSteps, type ConsolidationSteps } from '../../src/consolidation/steps.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import type { LanguageModel } from '../../src/providers/language-model.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import { indexAlone, writeTexts, writeVectors } from '../../src/memories/derive.ts'
import { requireSpace } from '../../src/memories/space.ts'
import { insertMemories } from '../../src/stores/memories/memory-writes.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import {
  findRun,
  type ConsolidationRun,
} from '../../src/stores/consolidation/consolidation-runs.ts'
import { applyReport } from '../../src/stores/jobs/jobs.ts'
import type { Database } from '../../src/stores/database.ts'
import type { TraceKind } from '../../src/domain/recall.ts'
import { createTestDatabase } from './database.ts'
import { defaultNamespace } from './ingest.ts'

/** Days looked through again without Temporal: the same steps, driven by the test. */
export interface ConsolidationFixture extends AsyncDisposable {
  readonly config: Config
  readonly db: Database
  readonly namespaceId: string
  readonly steps: ConsolidationSteps
  readonly consolidations: Consolidations
  /** Memories of a day, a minute apart. @returns their ids, in order */
  remember(day: string, contents: readonly (string | Said)[], user?: string): Promise<string[]>
  accept(day: string, options?: { user?: string; dryRun?: boolean }): Promise<string>
  /** All steps of a run, in the order of the workflow. */
  finish(id: string): Promise<ConsolidationRun>
  consolidate(day: string, options?: { user?: string; dryRun?: boolean }): Promise<ConsolidationRun>
  run(id: string): Promise<ConsolidationRun>
  /** The same steps of a process that dies after so many statements of a transaction. */
  dying(after: number): ConsolidationSteps
  /** Every row that consolidation may touch, without what only tells when. */
  rows(user?: string): Promise<unknown>
}

export interface Said {
  readonly content: string
  readonly kind?: TraceKind
  readonly salience?: number
  readonly scope?: string
  readonly expiresAt?: Date
  readonly externalId?: string
}

export async function createConsolidationFixture(
  model: LanguageModel = createRulesModel(),
  env: Readonly<Record<string, string>> = {},
): Promise<ConsolidationFixture> {
  const test = await createTestDatabase()
  const { db } = test
  const config = loadConfig({ EMBEDDING_DIM: '64', ...env })
  const embedder = createHashingEmbedder({ dimensions: 64, precision: 'fp16' })
  const namespaceId = await defaultNamespace(db)
  const steps = createConsolidationSteps({ config, db, embedder, languageModel: model })
  const consolidations = createConsolidations({ config, db, launcher: { launch: () => undefined } })
  const run = async (id: string) => {
    const found = await findRun(db, id)
    if (!found) throw new Error('the run is gone')
    return found
  }
  const accept: ConsolidationFixture['accept'] = async (
    day,
    { user = 'ann', dryRun = false } = {},
  ) => (await consolidations.accept({ namespaceId, userId: user, day, dryRun })).id
  const finish: ConsolidationFixture['finish'] = async (id) => {
    await drive({ db, steps }, id)
    return await run(id)
  }
  return {
    config,
    db,
    namespaceId,
    steps,
    consolidations,
    run,
    dying: (after) =>
      createConsolidationSteps({ config, db: dyingIn(db, after), embedder, languageModel: model }),
    accept,
    finish,
    consolidate: async (day, options) => await finish(await accept(day, options)),
    async remember(day, contents, user = 'ann') {
      const userId = (await ensureUsers(db, namespaceId, [user])).get(user) ?? ''
      const said = contents.map((one): Said => (typeof one === 'string' ? { content: one } : one))
      const space = await requireSpace(db, embedder)
      const vectors = await embedder.embed(
        said.map(({ content }) => content),
        { priority: 'live' },
      )
      return await db.transaction(async (tx) => {
        const writes = said.map((one, index) => ({
          ...BLANK,
          ...one,
          id: randomUUID(),
          userId,
          scope: one.scope ?? 'personal',
          kind: one.kind ?? ('note' as const),
          salience: one.salience ?? 0.6,
          expiresAt: one.expiresAt ?? null,
          externalId: one.externalId ?? null,
          contentHash: Buffer.from(one.content),
          occurredAt: new Date(Date.parse(`${day}T09:00:00Z`) + index * 60_000),
        }))
        const rows = await insertMemories(tx, writes)
        const traces = rows.map((row, index) => ({
          ...row,
          userId,
          kind: writes[index]?.kind ?? ('note' as const),
        }))
        await writeTexts(
          tx,
          traces.map((trace, index) => ({
            trace,
            text: indexAlone(said[index]?.content ?? '', 'auto'),
            counted: null,
            occurredAt: new Date(day),
          })),
        )
        await writeVectors(
          tx,
          space,
          traces.map((trace, index) => ({
            trace,
            vec: vectors[index] ?? new Float32Array(64),
            counted: false,
          })),
        )
        return rows.map(({ id }) => id)
      })
    },
    async rows(user = 'ann') {
      const { rows } = await db.query(
        `select (select jsonb_agg(jsonb_build_array(t.id, t.kind, t.content, t.state, t.superseded_by, t.scope, t.salience) order by t.id)
                   from memoir.memory_trace t where t.user_id = u.id) as traces,
                (select jsonb_agg(jsonb_build_array(e.trace_id, e.head, e.tier, e.vec::text) order by e.trace_id, e.head)
                   from memoir.memory_embedding e where e.user_id = u.id) as vectors,
                (select jsonb_agg(jsonb_build_array(e.src, e.dst, e.type) order by e.src, e.dst, e.type)
                   from memoir.memory_edge e where e.user_id = u.id) as edges,
                (select jsonb_agg(jsonb_build_array(n.type, n.normalized) order by n.type, n.normalized)
                   from memoir.entity n where n.user_id = u.id) as entities,
                (select jsonb_agg(jsonb_build_array(s.trace_id, s.message_id) order by s.trace_id, s.message_id)
                   from memoir.memory_source s where s.user_id = u.id) as sources,
                (select count(*) from memoir.memory_posting p where p.user_id = u.id) as postings,
                u.trace_count, u.vector_count, u.text_count, u.text_length, u.window_length
           from memoir.memory_user u where u.namespace_id = $1 and u.external_id = $2`,
        [namespaceId, user],
      )
      return rows[0]
    },
    [Symbol.asyncDispose]: async () => await test[Symbol.asyncDispose](),
  }
}

/** Ends the connection of a transaction after so many statements. */
function dyingIn(db: Database, after: number): Database {
  return {
    ...db,
    transaction: async (work, options) =>
      await db.transaction(async (tx) => {
        let left = after
        return await work({
          query: async (text, values) => {
            if (left === 0) throw new Error('the process died')
            left -= 1
            return await tx.query(text, values)
          },
        })
      }, options),
  }
}

const BLANK = {
  role: null,
  summary: null,
  tags: [],
  importance: null,
  sessionId: null,
  conversationId: null,
  meta: {},
  vectorState: 'pending' as const,
}

/** The order of steps that the workflow has, with the reports that move the job. */
async function drive(
  { db, steps }: { db: Database; steps: ConsolidationSteps },
  jobId: string,
): Promise<void> {
  const report = { jobId, runId: `run-of-${jobId}` }
  await applyReport(db, { ...report, seq: 1, state: 'running', error: null })
  const { signal } = new AbortController()
  let code: string | undefined
  try {
    for (let again = true; again;) {
      const { apply, failed } = await steps.plan({ jobId }, signal)
      code = failed
      again = apply && (await steps.apply({ jobId }, signal)).again
    }
  } catch (error) {
    code = error instanceof Error && 'code' in error ? String(error.code) : 'internal'
  }
  const error = code === undefined ? null : { code, message: '', step: '' }
  await applyReport(db, { ...report, seq: 2, state: error ? 'failed' : 'succeeded', error })
}
