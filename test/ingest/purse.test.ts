import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { languagePurseOf, purseOf } from '../../src/ingest/purse.ts'
import type { Database } from '../../src/stores/database.ts'
import { insertJob } from '../../src/stores/jobs/jobs.ts'
import { ensureNamespace } from '../../src/stores/tenants.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'

const suite = hasPostgres ? test : test.skip

/** A token read by the language model costs as much as two that are embedded, one that it writes as much as eight. */
const config = loadConfig({
  EMBEDDING_MODEL: 'e5',
  EMBEDDING_PRICE: '1',
  LLM_MODEL: 'llm',
  LLM_PRICE_INPUT: '2',
  LLM_PRICE_OUTPUT: '8',
  OPENAI_API_KEY: 'key',
})

async function jobWith(db: Database, budgetTokens: number | null): Promise<string> {
  const id = randomUUID()
  await insertJob(db, {
    id,
    namespaceId: (await ensureNamespace(db, 'purse'))?.id ?? '',
    userId: null,
    kind: 'backfill',
    workflowId: `backfill:${id}`,
    request: {},
    lockKey: id,
    budgetTokens,
  })
  return id
}

async function counted(db: Database) {
  const { rows } = await db.query(
    `select model, purpose, requests, tokens from memoir.usage order by model, purpose`,
  )
  return rows
}

suite('what a language model reads and writes is counted apart from embeddings', async () => {
  await using store = await createTestDatabase()
  const jobId = await jobWith(store.db, null)
  const words = languagePurseOf({ db: store.db, config }, { jobId, model: 'llm' })
  await purseOf({ db: store.db, config }, { jobId, model: 'e5' }).reserve(70, 0)
  await words.reserve(1_000, 4_000)
  await words.refund(0, 3_900)
  await words.reserve(500, 4_000)
  await words.refund(500, 4_000)

  expect(await counted(store.db)).toEqual([
    { model: 'e5', purpose: 'embedding', requests: 1, tokens: 70 },
    { model: 'llm', purpose: 'language', requests: 2, tokens: 1_000 },
    { model: 'llm', purpose: 'language_output', requests: 0, tokens: 100 },
  ])
})

suite('one budget pays for both, each at its weight, and is never overdrawn', async () => {
  await using store = await createTestDatabase()
  const jobId = await jobWith(store.db, 10_000)
  const words = languagePurseOf({ db: store.db, config }, { jobId, model: 'llm' })
  await words.reserve(1_000, 500)
  await purseOf({ db: store.db, config }, { jobId, model: 'e5' }).reserve(3_000, 0)
  const before = await counted(store.db)

  await expect(words.reserve(501, 0)).rejects.toMatchObject({ code: 'budget_reached' })
  expect(await counted(store.db)).toEqual(before)
  await words.refund(0, 100)
  await words.reserve(501, 0)
})
