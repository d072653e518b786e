import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, seed } from '../support/ingest.ts'
import { createRecallFixture } from '../support/recall.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'

interface Memory {
  readonly id: string
  readonly content: string
}
interface Language {
  readonly memories: readonly Memory[]
  readonly questions: readonly { readonly q: string; readonly answer: string }[]
}

const languages = Object.entries(
  JSON.parse(
    readFileSync(new URL('../fixtures/multilingual.json', import.meta.url), 'utf8'),
  ) as Record<string, Language>,
)

const WANTED_SHARE = 0.8

test.skipIf(!hasPostgres).each(languages)(
  'without any model, %s: at least eight of ten answers are among the first five',
  async (language, { memories, questions }) => {
    await using store = await createTestDatabase()
    // One memory a conversation, so that no window helps.
    await seed(
      store.db,
      memories.map(({ id, content }) => ({ id, user: language, messages: [{ id, content }] })),
    )
    const embedder = createHashingEmbedder({ dimensions: 768, precision: 'fp16' })
    const env = { ETL_MIN_TURNS: '1', EMBEDDING_DIM: '768' }
    await (await createIngestFixture(store.db, { embedder, env })).run()
    const ask = await createRecallFixture(store.db, { embedder })

    const missed: string[] = []
    for (const { q, answer } of questions) {
      const { hits } = await ask(q, { userId: language, k: 5 })
      if (!hits.some((hit) => hit.message_ids.includes(answer))) missed.push(q)
    }

    expect(questions.length).toBeGreaterThanOrEqual(10)
    expect(missed.length, missed.join('\n')).toBeLessThanOrEqual(
      Math.floor(questions.length * (1 - WANTED_SHARE) + 1e-9),
    )
  },
)
