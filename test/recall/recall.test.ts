import { expect, test } from 'vitest'
import { MemoirError } from '../../src/errors.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import type { Embedder } from '../../src/providers/embedder.ts'
import type { Database } from '../../src/stores/database.ts'
import { buildSpaceIndex, findActiveSpace } from '../../src/stores/spaces/spaces.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, seed, type SeedConversation } from '../support/ingest.ts'
import { createRecallFixture } from '../support/recall.ts'

const suite = hasPostgres ? test : test.skip

const says = (id: string, ...contents: string[]): SeedConversation => ({
  id,
  messages: contents.map((content) => ({ content })),
})

const LIFE: readonly SeedConversation[] = [
  says(
    'dog',
    'My dog is called Biscuit.',
    'What a sweet name!',
    'He is a beagle and loves cheese.',
  ),
  says(
    'flight',
    'I fly to Lisbon on the ninth of May.',
    'For how long?',
    'Two weeks, to see my sister.',
  ),
  says('allergy', 'Penicillin gives me a rash.', 'Good to know.', 'So tell every doctor about it.'),
  { ...says('other', 'My cat is called Biscuit too.', 'Funny.', 'Is it not?'), user: 'grace' },
]

async function remembered(db: Database, conversations = LIFE): Promise<void> {
  await seed(db, conversations)
  await (await createIngestFixture(db)).run()
}

suite('the memory that answers comes first, with its scores explained', async () => {
  await using store = await createTestDatabase()
  await remembered(store.db)
  const ask = await createRecallFixture(store.db)

  const { hits, degraded } = await ask('what is the name of my dog?')

  expect(degraded).toEqual([])
  expect(hits[0]).toMatchObject({
    content: 'My dog is called Biscuit.',
    kind: 'message',
    role: 'user',
    user_id: 'ada',
    conversation_id: 'dog',
    message_ids: ['dog/0'],
    writes: { vector: 'written', graph: 'off' },
  })
  const { score, scores } = hits[0] ?? { score: 0, scores: { relevance: 0, vector: 0, text: 0 } }
  expect(score).toBeGreaterThan(hits[1]?.score ?? 1)
  for (const part of [score, scores.relevance, scores.vector, scores.text]) {
    expect(part).toBeGreaterThan(0)
    expect(part).toBeLessThanOrEqual(1)
  }
})

suite('nobody is shown another user’s memories, and an unknown user has none', async () => {
  await using store = await createTestDatabase()
  await remembered(store.db)
  const ask = await createRecallFixture(store.db)

  const own = await ask('Biscuit', { k: 50 })
  expect(own.hits.length).toBeGreaterThan(0)
  expect(new Set(own.hits.map((hit) => hit.user_id))).toEqual(new Set(['ada']))
  expect(await ask('Biscuit', { userId: 'stranger' })).toMatchObject({ hits: [] })
})

suite('kinds, time and k narrow the hits; episodes come only when asked for', async () => {
  await using store = await createTestDatabase()
  await remembered(store.db)
  const ask = await createRecallFixture(store.db)

  const plain = await ask('Lisbon sister', { k: 2 })
  expect(plain.hits).toHaveLength(2)
  expect(plain.hits.map((hit) => hit.kind)).toEqual(['message', 'message'])
  const episodes = await ask('Lisbon sister', { kinds: ['episode'] })
  expect(episodes.hits[0]).toMatchObject({ kind: 'episode', conversation_id: 'flight' })
  const late = await ask('Lisbon sister', { from: new Date('2026-03-01T10:01:30Z') })
  expect(late.hits.map((hit) => hit.content)).toContain('Two weeks, to see my sister.')
  expect(late.hits.map((hit) => hit.content)).not.toContain('I fly to Lisbon on the ninth of May.')
  const early = await ask('Lisbon sister', { to: new Date('2026-03-01T10:00:30Z') })
  expect(early.hits.map((hit) => hit.content)).not.toContain('Two weeks, to see my sister.')
})

suite('scope, tags, metadata and session filter inside the search, not after it', async () => {
  await using store = await createTestDatabase()
  await remembered(store.db)
  await store.db.query(
    `update memoir.memory_trace set scope = 'work', tags = '{trip}', session_id = 's1' where content like 'Two weeks%'`,
  )
  const ask = await createRecallFixture(store.db)
  const expected = ['Two weeks, to see my sister.']

  for (const filter of [
    { scopes: ['work'] },
    { tags: ['trip'] },
    { sessionId: 's1' },
    { metadata: { message_id: 'flight/2' } },
  ]) {
    const { hits } = await ask('what about Biscuit the dog and the sister?', { ...filter, k: 1 })
    expect(hits.map((hit) => hit.content)).toEqual(expected)
  }
})

suite(
  'threshold cuts by absolute relevance: a question about nothing known finds nothing',
  async () => {
    await using store = await createTestDatabase()
    await remembered(store.db)
    const ask = await createRecallFixture(store.db)

    expect((await ask('quarterly semiconductor tariffs', { threshold: 0.3 })).hits).toEqual([])
    const [best] = (await ask('Penicillin rash', { threshold: 0.2 })).hits
    expect(best?.content).toBe('Penicillin gives me a rash.')
  },
)

suite('what the record no longer shows is never shown, whatever is still indexed', async () => {
  await using store = await createTestDatabase()
  await remembered(store.db)
  const ask = await createRecallFixture(store.db)
  const contents = async () =>
    (await ask('dog Biscuit beagle', { k: 50 })).hits.map((h) => h.content)
  expect(await contents()).toContain('My dog is called Biscuit.')

  await store.db.query(
    `update memoir.memory_trace set state = 'deleted' where content = 'My dog is called Biscuit.'`,
  )
  expect(await contents()).not.toContain('My dog is called Biscuit.')
  await store.db.query(
    `update memoir.memory_trace set expires_at = now() - interval '1 second' where content like 'He is a beagle%'`,
  )
  expect(await contents()).not.toContain('He is a beagle and loves cheese.')
  await store.db.query(`update memoir.memory_user set erased_at = now() where external_id = 'ada'`)
  expect(await contents()).toEqual([])
})

function broken(embed: Embedder['embed'], dimensions = 128): Embedder {
  return { identity: createHashingEmbedder({ dimensions, precision: 'fp16' }).identity, embed }
}

suite(
  'a model that fails, is late or was changed leaves text search, and recall says so',
  async () => {
    await using store = await createTestDatabase()
    await remembered(store.db)
    const failing = broken(async () => await Promise.reject(new MemoirError('vendor_busy', 'wait')))
    const hanging = broken(
      async (_, { signal }) =>
        await new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error))
        }),
    )
    const changed = createHashingEmbedder({ dimensions: 64, precision: 'fp16' })

    for (const [embedder, degraded] of [
      [failing, 'embedding'],
      [hanging, 'embedding_timeout'],
      [changed, 'embedding_space'],
    ] as const) {
      const ask = await createRecallFixture(store.db, { embedder, timeoutMs: 20 })
      const result = await ask('beagle cheese')
      expect(result.degraded).toEqual([degraded])
      expect(result.hits[0]?.content).toBe('He is a beagle and loves cheese.')
    }
  },
)

suite('the index finds what comparing one by one finds', async () => {
  await using store = await createTestDatabase()
  await remembered(store.db)
  const ask = await createRecallFixture(store.db)
  const exact = await ask('when do I fly to Lisbon?', { k: 3 })

  const space = await findActiveSpace(store.db)
  if (!space) throw new Error('no space')
  await buildSpaceIndex(store.db, space)
  await store.db.query(`update memoir.memory_user set vector_count = 1000000`)
  const askAnew = await createRecallFixture(store.db)
  const indexed = await askAnew('when do I fly to Lisbon?', { k: 3 })

  expect(indexed.hits.map((hit) => hit.id)).toEqual(exact.hits.map((hit) => hit.id))
})

suite('what was written since the last question is found, in another language too', async () => {
  await using store = await createTestDatabase()
  await remembered(store.db)
  const ask = await createRecallFixture(store.db)
  expect((await ask('Bergen', { k: 1 })).hits[0]?.content).not.toContain('Berge')

  await remembered(store.db, [
    says(
      'wien',
      'Meine beste Freundin Leonie wohnt seit letztem Sommer in Wien.',
      'Wie schön, besuchst du sie dort bald einmal?',
      'Ja, im Oktober fahren wir gemeinsam in die Berge.',
    ),
  ])

  expect((await ask('Bergen', { k: 1 })).hits[0]?.content).toContain('Berge')
})

suite('a user who is erased has no memories from the next question on', async () => {
  await using store = await createTestDatabase()
  await remembered(store.db)
  const ask = await createRecallFixture(store.db)
  expect((await ask('Biscuit')).hits).not.toEqual([])

  await store.db.query(`update memoir.memory_user set erased_at = now()`)

  expect((await ask('Biscuit')).hits).toEqual([])
})

suite('a user with many texts finds by rare words what all words together would', async () => {
  await using store = await createTestDatabase()
  await remembered(store.db)
  const ask = await createRecallFixture(store.db)
  const question = 'is my beagle called Biscuit?'
  const counted = await ask(question)

  await store.db.query(`update memoir.memory_user set text_count = 1000000`)
  const askAnew = await createRecallFixture(store.db)
  const weighed = await askAnew(question)

  // So many texts change what each word weighs, and with it the order of those that have none.
  expect(weighed.hits[0]?.id).toBe(counted.hits[0]?.id)
  expect(new Set(weighed.hits.map(({ id }) => id))).toEqual(
    new Set(counted.hits.map(({ id }) => id)),
  )
})

suite('hostile questions are data', async () => {
  await using store = await createTestDatabase()
  await remembered(store.db)
  const ask = await createRecallFixture(store.db)

  for (const query of [
    `'; drop table memoir.memory_trace; --`,
    '🙂',
    '%_\\',
    'x'.repeat(100_000),
    '   ',
  ]) {
    expect(await ask(query)).toHaveProperty('hits')
  }
  const { rows } = await store.db.query(`select count(*) as n from memoir.memory_trace`)
  expect(rows).toEqual([{ n: 16 }])
})

suite(
  "a question that says the user's name is not answered by whatever writes it out",
  async () => {
    await using store = await createTestDatabase()
    await remembered(store.db, [
      says('notes', 'Ada moved to Lisbon.', 'Ada likes fado.', 'Ada reads a lot.'),
      says('health', 'I am allergic to penicillin, it gives me a rash.', 'Noted.', 'Thanks.'),
    ])
    const ask = await createRecallFixture(store.db)

    const { hits } = await ask('What is Ada allergic to?')

    expect(hits[0]?.content).toBe('I am allergic to penicillin, it gives me a rash.')
  },
)
