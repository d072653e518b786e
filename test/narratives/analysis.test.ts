import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import type { RecallResult } from '../../src/domain/recall.ts'
import { MemoirError, SENTENCE } from '../../src/errors.ts'
import { createAnalyse } from '../../src/narratives/analyse.ts'
import type { LanguageModel, NarrateRequest } from '../../src/providers/language-model.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { ensureNamespace } from '../../src/stores/tenants.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'

const DEADLINE_MS = 2_000
const TEXT = 'Ann lives in Graz, plays the cello and plans to move to Linz in the spring.'

const WRITTEN = `## Who\n- ${TEXT} [1][2]`

const NOTHING: RecallResult = { hits: [], degraded: [], took_ms: 0 }

type Narrate = (request: NarrateRequest, signal: AbortSignal | undefined) => Promise<string>

function modelThat(narrate: Narrate): LanguageModel {
  return {
    ...createRulesModel(),
    identity: { provider: 'openai', model: 'scripted' },
    async narrate(request, { signal }) {
      const narrative = await narrate(request, signal)
      const sources = request.memories.slice(0, 2).map(({ id }) => id)
      const lines =
        narrative.trim() === '' ? [] : [{ section: 'who' as const, text: narrative, sources }]
      return { value: { lines }, promptVersion: 'test-1' }
    },
  }
}

/** Somebody with memories in two scopes, and a model. */
async function world(narrate: Narrate, recall = async () => await Promise.resolve(NOTHING)) {
  const store = await createTestDatabase()
  const { db } = store
  const namespaceId = (await ensureNamespace(db, 'default'))?.id ?? ''
  const userId = (await ensureUsers(db, namespaceId, ['ann', 'nobody'])).get('ann') ?? ''
  await db.query(
    `insert into memoir.memory_trace (id, user_id, kind, scope, content, content_hash, occurred_at)
     select gen_random_uuid(), $1::uuid, case when n % 2 = 0 then 'fact' else 'message' end, case when n % 3 = 0 then 'work' else 'personal' end,
            'Ann works at the lake house in Graz on day ' || n, '', now() - make_interval(hours => n)
       from generate_series(1, 30) as n`,
    [userId],
  )
  const config = loadConfig({ DEEP_ANALYSIS_DEADLINE_MS: String(DEADLINE_MS) })
  const analyse = createAnalyse({ config, db, languageModel: modelThat(narrate), recall })
  const wrote = async () =>
    await db.query('update memoir.memory_user set write_seq = write_seq + 1 where id = $1', [
      userId,
    ])
  const ann = { namespaceId, externalId: 'ann' }
  return { db, analyse, ann, userId, wrote, [Symbol.asyncDispose]: store[Symbol.asyncDispose] }
}

const timed = async <T>(work: () => Promise<T>) => {
  const began = performance.now()
  return { value: await work(), ms: performance.now() - began }
}

const never = async () => await new Promise<never>(() => undefined)

describe.skipIf(!hasPostgres)('an analysis on the spot', () => {
  test('is the model’s when it answers in time, and rests on memories', async () => {
    await using memoir = await world(async () => await Promise.resolve(TEXT))
    const analysis = await memoir.analyse(memoir.ann)
    expect(analysis).toMatchObject({ text: WRITTEN, model: 'scripted', degraded: [] })
    const { rows } = await memoir.db.query(
      'select 1 from memoir.memory_trace where id = any($1::uuid[])',
      [analysis?.sources],
    )
    expect(rows).toHaveLength(2)
    expect(await memoir.analyse({ ...memoir.ann, externalId: 'nobody' })).toBeNull()
    expect(await memoir.analyse({ ...memoir.ann, externalId: 'stranger' })).toBeNull()
  })

  const bad: readonly [string, Narrate][] = [
    ['never answers', never],
    [
      'is away',
      async () => {
        await Promise.resolve()
        throw new MemoirError('vendor_unavailable', SENTENCE.vendor_unavailable)
      },
    ],
    [
      'refuses',
      async () => {
        await Promise.resolve()
        throw new MemoirError('vendor_refused', SENTENCE.vendor_refused)
      },
    ],
    ['says nothing', async () => await Promise.resolve(' ')],
  ]
  test.each(bad)('is the built-in model’s when the configured one %s', async (_how, narrate) => {
    await using memoir = await world(narrate)
    const { value, ms } = await timed(async () => await memoir.analyse(memoir.ann))
    expect(value).toMatchObject({ model: 'rules', degraded: ['language_model'] })
    expect(value?.text).toContain('lake house')
    expect(ms).toBeLessThan(DEADLINE_MS)
  })

  test('comes in time when recall does not', async () => {
    await using memoir = await world(async () => await Promise.resolve(TEXT), never)
    const { value, ms } = await timed(
      async () => await memoir.analyse({ ...memoir.ann, question: 'Where is the lake?' }),
    )
    expect(value).toMatchObject({ text: WRITTEN, degraded: ['recall'] })
    expect(ms).toBeLessThan(DEADLINE_MS)
  })

  test('is asked of the model once, however many wait for it, until something is written', async () => {
    let asked = 0
    await using memoir = await world(async () => {
      asked += 1
      return await Promise.resolve(TEXT)
    })
    const { analyse, ann } = memoir
    await Promise.all(Array.from({ length: 20 }, async () => await analyse(ann)))
    expect(asked).toBe(1)
    await memoir.wrote()
    await analyse(ann)
    expect(asked).toBe(2)
  })

  test('tells of nothing outside the scopes it was asked for', async () => {
    const shown: string[] = []
    await using memoir = await world(async ({ memories }) => {
      shown.push(...memories.map(({ id }) => id))
      return await Promise.resolve(TEXT)
    })
    await memoir.analyse({ ...memoir.ann, scopes: ['work'] })
    const { rows } = await memoir.db.query<{ scope: string; n: number }>(
      'select scope, count(*)::int as n from memoir.memory_trace where id = any($1::uuid[]) group by scope',
      [shown],
    )
    expect(rows).toEqual([{ scope: 'work', n: 10 }])
  })

  test('what is forgotten while the model thinks is not told', async () => {
    const told: string[] = []
    await using memoir = await world(async ({ memories }) => {
      if (told.length === 0) {
        await memoir.db.query(`update memoir.memory_trace set state = 'deleted' where id = $1`, [
          memories[0]?.id,
        ])
      }
      told.push(...memories.map(({ id }) => id))
      return TEXT
    })
    const analysis = await memoir.analyse(memoir.ann)
    const [forgotten = ''] = told
    expect(analysis?.sources).not.toContain(forgotten)
    expect(told.filter((id) => id === forgotten)).toHaveLength(1)
  })
})
