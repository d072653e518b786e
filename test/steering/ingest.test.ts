import { expect, test } from 'vitest'
import {
  DEFAULT_EXTRACTION,
  type ExtractionSettings,
} from '../../src/domain/extraction-settings.ts'
import type { Database } from '../../src/stores/database.ts'
import { countOutdated, saveExtractionSettings } from '../../src/stores/extraction-settings.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import {
  createIngestFixture,
  findDisagreements,
  seed,
  type IngestFixture,
  type SeedConversation,
} from '../support/ingest.ts'
import { createScriptedModel } from '../support/scripted-model.ts'

const suite = hasPostgres ? test : test.skip

const chat = (id: string, ...lines: string[]): SeedConversation => ({
  id,
  messages: lines.map((content, index) => ({ id: `${id}-${index}`, role: 'user', content })),
})

const set = async (
  db: Database,
  { namespaceId }: IngestFixture,
  settings: Partial<ExtractionSettings>,
) =>
  await saveExtractionSettings(
    db,
    { namespaceId, collection: '' },
    { ...DEFAULT_EXTRACTION, ...settings },
  )

const active = async (db: Database, kind: string) => {
  const { rows } = await db.query<{ content: string; category: string | null }>(
    `select content, category from memoir.memory_trace where kind = $1 and state = 'active' order by content`,
    [kind],
  )
  return rows
}

const CHATS = [
  chat('c1', 'I live in Oslo.', 'I have asthma. My cat is called Miso.', 'I love jazz.'),
  chat('c2', 'I have asthma, you know.', 'I play chess.', 'I work at Acme.'),
]

const forced = async (ingest: IngestFixture) => ({ ...(await ingest.newJob()), force: true })

suite(
  'a backfill with force applies settings to what was ingested before; a plain one leaves it',
  async () => {
    await using store = await createTestDatabase()
    const { db } = store
    const ingest = await createIngestFixture(db)
    await seed(db, CHATS)
    await ingest.run({ extract: 'rules' })
    const before = (await active(db, 'fact')).map(({ content }) => content)
    expect(before.filter((one) => one.includes('asthma')).length).toBeGreaterThan(0)

    await set(db, ingest, {
      never: ['health'],
      categories: [{ name: 'music', description: 'jazz' }],
    })
    expect(await ingest.run()).toMatchObject({ skipped: 2, updated: 0 })
    expect((await active(db, 'fact')).map(({ content }) => content)).toEqual(before)
    expect(await countOutdated(db, { ...ingest, version: 1 })).toBe(2)

    expect(await ingest.run({ job: await forced(ingest) })).toMatchObject({ updated: 2 })

    for (const kind of ['fact', 'summary', 'message', 'episode']) {
      const contents = (await active(db, kind)).map(({ content }) => content)
      expect([kind, contents.filter((one) => one.includes('asthma'))]).toEqual([kind, []])
      expect([kind, contents.some((one) => /Oslo/u.test(one))]).toEqual([kind, true])
    }
    const facts = await active(db, 'fact')
    expect(facts.map(({ content }) => content)).toEqual(
      before.filter((one) => !one.includes('asthma')),
    )
    expect(facts.find(({ content }) => content.includes('jazz'))?.category).toBe('music')
    expect((await active(db, 'message')).map(({ content }) => content)).toContain(
      'My cat is called Miso.',
    )
    expect(await countOutdated(db, { ...ingest, version: 1 })).toBe(0)
    expect(await findDisagreements(db)).toEqual([])
  },
)

suite('what was left out comes back with force when the settings let it', async () => {
  await using store = await createTestDatabase()
  const { db } = store
  const ingest = await createIngestFixture(db)
  await seed(db, CHATS)
  await set(db, ingest, { never: ['health'] })
  await ingest.run({ extract: 'rules' })
  expect(JSON.stringify(await active(db, 'message'))).not.toContain('asthma')
  expect(await findDisagreements(db)).toEqual([])

  await set(db, ingest, {})
  await ingest.run({ job: await forced(ingest) })

  for (const kind of ['fact', 'message']) {
    expect([kind, JSON.stringify(await active(db, kind))]).toEqual([
      kind,
      expect.stringContaining('asthma'),
    ])
  }
  expect(await findDisagreements(db)).toEqual([])
})

suite('secrets of messages and facts are masked with force', async () => {
  await using store = await createTestDatabase()
  const { db } = store
  const ingest = await createIngestFixture(db)
  await seed(db, [chat('c1', 'My card number is 4111 1111 1111 1111.', 'I live in Oslo.', 'Yes.')])
  await ingest.run({ extract: 'rules' })
  expect(JSON.stringify(await active(db, 'fact'))).toContain('4111')

  await set(db, ingest, { sensitive: 'mask' })
  await ingest.run({ job: await forced(ingest) })

  for (const kind of ['fact', 'message', 'episode', 'summary']) {
    expect([kind, JSON.stringify(await active(db, kind))]).toEqual([
      kind,
      expect.not.stringContaining('4111'),
    ])
  }
  expect(JSON.stringify(await active(db, 'fact'))).toContain('[card number]')
  expect(await findDisagreements(db)).toEqual([])
})

suite(
  'of a sentence that says two things a model may keep the one that is wanted, and a second run too',
  async () => {
    await using store = await createTestDatabase()
    const { db } = store
    const model = createScriptedModel()
    const ingest = await createIngestFixture(db, { languageModel: model })
    await set(db, ingest, { never: ['health'] })
    await seed(db, [chat('c1', 'fact: Ann is a nurse\nfact: Ann has asthma', 'Oh.', 'Yes.')])

    await ingest.run({ extract: 'model' })
    await ingest.run({ job: await forced(ingest), extract: 'model' })

    expect((await active(db, 'fact')).map(({ content }) => content)).toEqual(['Ann is a nurse'])
    expect(await findDisagreements(db)).toEqual([])
  },
)

suite(
  'settings that change in the middle of a backfill hold from its next page on, and the rest is counted',
  async () => {
    await using store = await createTestDatabase()
    const { db } = store
    const ingest = await createIngestFixture(db)
    await seed(db, CHATS)
    const job = { ...(await ingest.newJob()), extract: 'rules' as const }
    const hooks = { beat: () => undefined, signal: new AbortController().signal }
    await ingest.ingest.begin(job)
    const { next } = await ingest.ingest.page({ ...job, after: null, limit: 1 }, hooks)
    await set(db, ingest, { never: ['health'] })

    await ingest.ingest.page({ ...job, after: next, limit: 1 }, hooks)

    const asthma = (await active(db, 'message')).filter(({ content }) => content.includes('asthma'))
    expect(asthma.map(({ content }) => content)).toEqual(['I have asthma. My cat is called Miso.'])
    expect(await countOutdated(db, { ...ingest, version: 1 })).toBe(1)
  },
)
