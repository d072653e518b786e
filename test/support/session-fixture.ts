import { pino } from 'pino'
import { loadConfig } from '../../src/config.ts'
import type { Turn } from '../../src/domain/transcript.ts'
import type { Embedder } from '../../src/providers/embedder.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import type { LanguageModel } from '../../src/providers/language-model.ts'
import { acceptSession, type AcceptedPost } from '../../src/sessions/accept.ts'
import { createSessionSteps, type SessionSteps } from '../../src/sessions/process.ts'
import { parseTranscript } from '../../src/sessions/transcript.ts'
import type { Database } from '../../src/stores/database.ts'
import { applyReport } from '../../src/stores/jobs/jobs.ts'
import { createTestDatabase } from './database.ts'
import { defaultNamespace } from './ingest.ts'

/** Sessions without Temporal: the same steps, driven by a loop. */
export interface SessionFixture extends AsyncDisposable {
  readonly db: Database
  readonly namespaceId: string
  readonly steps: SessionSteps
  post(text: string, over?: PostOptions): Promise<AcceptedPost>
  /** All steps of a post that is there. */
  run(post: AcceptedPost): Promise<void>
  /** Posts and runs. */
  store(text: string, over?: PostOptions): Promise<AcceptedPost>
  facts(user?: string): Promise<StoredFact[]>
}

export interface PostOptions {
  readonly session?: string
  readonly user?: string
  /** Instead of those of the text. */
  readonly turns?: readonly Turn[]
}

export interface StoredFact {
  readonly content: string
  readonly state: string
  readonly by: string | null
  readonly sources: number
}

export const log = pino({ level: 'silent' })

export async function createSessionFixture(
  model: LanguageModel,
  {
    embedder = createHashingEmbedder({ dimensions: 128, precision: 'fp16' }),
    env = {},
  }: { embedder?: Embedder; env?: Readonly<Record<string, string>> } = {},
): Promise<SessionFixture> {
  const test = await createTestDatabase()
  const { db } = test
  const config = loadConfig({ EMBEDDING_DIM: '128', ...env })
  const namespaceId = await defaultNamespace(db)
  const steps = createSessionSteps({ config, db, embedder, languageModel: model })
  const post: SessionFixture['post'] = async (
    text,
    { session = 's1', user = 'ann', turns = parseTranscript(text) } = {},
  ) =>
    await acceptSession(
      { db, launcher: { launch: () => undefined } },
      {
        namespaceId,
        userId: user,
        collection: 'chat',
        sessionId: session,
        turns,
        metadata: {},
      },
    )
  const run = async ({ jobId }: AcceptedPost) => await runPost({ db, steps }, jobId)
  return {
    db,
    namespaceId,
    steps,
    post,
    run,
    async store(text, over) {
      const accepted = await post(text, over)
      await run(accepted)
      return accepted
    },
    async facts(user = 'ann') {
      const { rows } = await db.query<StoredFact>(
        `select t.content, t.state, by.content as by,
                (select count(*) from memoir.memory_source s where s.trace_id = t.id) as sources
           from memoir.memory_trace t join memoir.memory_user u on u.id = t.user_id
           left join memoir.memory_trace by on by.id = t.superseded_by
          where u.external_id = $1 and t.kind = 'fact' order by t.seq`,
        [user],
      )
      return rows
    },
    [Symbol.asyncDispose]: async () => await test[Symbol.asyncDispose](),
  }
}

/** The order of steps that the workflow has, with the reports that move the post's status. */
async function runPost(
  { db, steps }: { db: Database; steps: SessionSteps },
  jobId: string,
): Promise<void> {
  const report = { jobId, runId: `run-of-${jobId}`, error: null }
  const { ready, work } = await steps.begin({ jobId })
  if (!ready) throw new Error('it is not the turn of this post')
  await applyReport(db, { ...report, seq: 1, state: 'running' })
  const { signal } = new AbortController()
  if (work) {
    for (let passage: number | null = 0; passage !== null;) {
      passage = (await steps.extract({ jobId, passage }, signal)).passage
    }
    for (let passage: number | null = 0; passage !== null;) {
      passage = (await steps.settle({ jobId, passage }, signal)).passage
    }
    await steps.summarise({ jobId }, signal)
  }
  await steps.finish({ jobId })
  await applyReport(db, { ...report, seq: 2, state: 'succeeded' })
}
