import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { materialOf } from '../../src/narratives/material.ts'
import { writeNarrative } from '../../src/narratives/write.ts'
import type { LanguageModel, NarrateRequest } from '../../src/providers/language-model.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import { insertJob } from '../../src/stores/jobs/jobs.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { chooseMaterial } from '../../src/stores/narratives/narratives.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { defaultNamespace } from '../support/ingest.ts'

const WINDOW = 2_000

/** Somebody with so many memories, a job, and a model that writes as many characters as it likes. */
async function world(count: number, writes: (request: NarrateRequest) => string) {
  const store = await createTestDatabase()
  const { db } = store
  const namespaceId = await defaultNamespace(db)
  const userId = (await ensureUsers(db, namespaceId, ['ann'])).get('ann') ?? ''
  await db.query(
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at)
     select gen_random_uuid(), $1::uuid, 'message', 'Ann told of day number ' || to_char(n, 'FM99,999') || ' at the lake house', '', now() - make_interval(hours => n)
       from generate_series(1, $2::int) as n`,
    [userId, count],
  )
  const jobId = randomUUID()
  const job = { id: jobId, namespaceId, userId, kind: 'narrative' as const, workflowId: jobId }
  await insertJob(db, { ...job, request: {}, lockKey: null })
  const asked: NarrateRequest[] = []
  const model: LanguageModel = {
    ...createRulesModel(),
    async narrate(request) {
      asked.push(request)
      const sources = request.memories.slice(0, 1).map(({ id }) => id)
      return await Promise.resolve({
        value: { lines: [{ section: 'who' as const, text: writes(request), sources }] },
        promptVersion: 'test-1',
      })
    },
  }
  const signal = new AbortController().signal
  const context = { db, model, jobId, userId, externalId: 'ann', priority: 'live' as const, signal }
  const written = await writeNarrative(
    context,
    materialOf(await chooseMaterial(db, userId)),
    WINDOW,
  )
  return { asked, written, [Symbol.asyncDispose]: store[Symbol.asyncDispose] }
}

const sizeOf = ({ memories }: NarrateRequest) =>
  memories.reduce((sum, { content }) => sum + content.length, 0)

/** The first level reads memories, the next ones the lines that were made of them. */
const readsLines = ({ memories }: NarrateRequest) =>
  memories.some(({ id }) => id.startsWith('line-'))

describe.skipIf(!hasPostgres)('what a model is shown at once', () => {
  test('of fifty thousand memories never exceeds its window, and all parts are told of', async () => {
    await using memoir = await world(50_000, ({ maxChars }) => 'x'.repeat(maxChars))
    const { asked, written } = memoir
    for (const request of asked) expect(sizeOf(request)).toBeLessThanOrEqual(WINDOW)
    const ofMemories = asked.filter((request) => !readsLines(request))
    expect(ofMemories.length).toBeGreaterThan(5)
    // The last one reads lines of several parts, and cites the memories that its own rest on.
    expect(asked.at(-1)?.memories.length).toBeGreaterThan(1)
    expect(written.sources.length).toBeGreaterThan(0)
    const shown = ofMemories.flatMap(({ memories }) => memories.map(({ id }) => id))
    expect(shown).toEqual(expect.arrayContaining([...written.sources]))
  })

  test('does not exceed it when the model writes far more than it was asked for', async () => {
    await using memoir = await world(1_000, () => 'x'.repeat(50_000))
    const { asked, written } = memoir
    for (const request of asked) expect(sizeOf(request)).toBeLessThanOrEqual(WINDOW)
    expect(written.text.length).toBeLessThanOrEqual(2 * WINDOW)
  })
})
