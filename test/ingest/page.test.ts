import { expect, test } from 'vitest'
import { MemoirError } from '../../src/errors.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import type { Embedder } from '../../src/providers/embedder.ts'
import type { Database } from '../../src/stores/database.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, findDisagreements, seed, talk } from '../support/ingest.ts'

const suite = hasPostgres ? test : test.skip

const subjects = ['tides', 'bread', 'trains', 'owls', 'maps', 'clay', 'rain']
const talks = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    talk(`c${String(index).padStart(3, '0')}`, subjects[index % subjects.length] ?? ''),
  )

async function versions(db: Database): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; version: string }>(
    `select t.id, concat(t.xmin, ' ', e.xmin, ' ', (select string_agg(p.xmin::text, ',' order by p.lexeme)
                           from memoir.memory_posting p where p.seq = t.seq)) as version
       from memoir.memory_trace t left join memoir.memory_embedding e on e.trace_id = t.id`,
  )
  return new Map(rows.map((row) => [row.id, row.version]))
}

suite('every conversation becomes one episode and its messages, in a chain', async () => {
  await using store = await createTestDatabase()
  await seed(store.db, talks(45))
  const fixture = await createIngestFixture(store.db)

  const progress = await fixture.run({ pageSize: 10 })

  expect(progress).toMatchObject({
    processed: 45,
    created: 45,
    updated: 0,
    skipped: 0,
    errors: 0,
    total_fetched: 45,
    total: 45,
  })
  const { rows } = await store.db.query(
    `select kind, count(*) as n from memoir.memory_trace where state = 'active' group by kind order by kind`,
  )
  expect(rows).toEqual([
    { kind: 'episode', n: 45 },
    { kind: 'message', n: 180 },
  ])
  expect(await findDisagreements(store.db)).toEqual([])
})

suite('a second run skips everything and touches no row', async () => {
  await using store = await createTestDatabase()
  await seed(store.db, talks(12))
  const fixture = await createIngestFixture(store.db)
  await fixture.run()
  const before = await versions(store.db)

  const progress = await fixture.run()

  expect(progress).toMatchObject({ created: 0, updated: 0, skipped: 12, errors: 0 })
  expect(await versions(store.db)).toEqual(before)
})

suite(
  'a message changed without touching any time is found, and that conversation alone is worked on',
  async () => {
    await using store = await createTestDatabase()
    await seed(store.db, talks(6))
    const fixture = await createIngestFixture(store.db)
    await fixture.run()
    const before = await versions(store.db)
    await store.db.query(
      `update memoir.messages set content = 'Rather about comets.' where id = 'c002/3'`,
    )

    const progress = await fixture.run()

    expect(progress).toMatchObject({ created: 0, updated: 1, skipped: 5 })
    const after = await versions(store.db)
    const changed = [...after].filter(([id, version]) => before.get(id) !== version)
    const { rows } = await store.db.query<{ conversation_id: string; n: number }>(
      `select conversation_id, count(*) as n from memoir.memory_trace where id = any($1::uuid[]) group by 1`,
      [changed.map(([id]) => id)],
    )
    // The message, its only neighbour's window, and the episode.
    expect(rows).toEqual([{ conversation_id: 'c002', n: 3 }])
    const revisions = await store.db.query(
      `select r.content from memoir.memory_revision r join memoir.memory_trace t on t.id = r.trace_id where t.kind = 'message'`,
    )
    expect(revisions.rows).toEqual([{ content: 'You asked about trains, part 4 of c002.' }])
    expect(await findDisagreements(store.db)).toEqual([])
  },
)

suite(
  'messages that were added, removed and reordered leave a chain that agrees with the source',
  async () => {
    await using store = await createTestDatabase()
    const base = talk('c1', 'bread', 6)
    await seed(store.db, [base])
    const fixture = await createIngestFixture(store.db)
    await fixture.run()
    const kept = base.messages.map((message, index) => ({ ...message, id: `c1/${index}` }))
    await seed(store.db, [
      {
        ...base,
        messages: [...kept.slice(0, 2), ...kept.slice(4), { id: 'c1/9', content: 'And rye?' }],
      },
    ])

    expect(await fixture.run()).toMatchObject({ updated: 1 })
    expect(await findDisagreements(store.db)).toEqual([])

    await seed(store.db, [{ ...base, messages: kept }])
    expect(await fixture.run()).toMatchObject({ updated: 1 })
    expect(await findDisagreements(store.db)).toEqual([])
    const { rows } = await store.db.query(
      `select count(*) as n from memoir.memory_trace where kind = 'message' and state = 'active'`,
    )
    expect(rows).toEqual([{ n: 6 }])
  },
)

suite('a conversation that changes hands takes its memories along', async () => {
  await using store = await createTestDatabase()
  await seed(store.db, talks(2))
  const fixture = await createIngestFixture(store.db)
  await fixture.run()
  await store.db.query(`update memoir.conversations set user_id = 'grace' where id = 'c001'`)

  expect(await fixture.run()).toMatchObject({ updated: 1, skipped: 1 })

  const { rows } = await store.db.query(
    `select u.external_id, u.trace_count from memoir.memory_user u order by 1`,
  )
  expect(rows).toEqual([
    { external_id: 'ada', trace_count: 5 },
    { external_id: 'grace', trace_count: 5 },
  ])
  expect(await findDisagreements(store.db)).toEqual([])
})

suite('an older read never overwrites a newer one', async () => {
  await using store = await createTestDatabase()
  await seed(store.db, talks(1))
  const fixture = await createIngestFixture(store.db)
  await fixture.run()
  await store.db.query(
    `update memoir.ingested_conversation set source_updated_at = now() + interval '1 day', read_at = now() + interval '1 day'`,
  )
  await store.db.query(`update memoir.messages set content = 'stale words' where id = 'c000/0'`)

  expect(await fixture.run()).toMatchObject({ updated: 0, skipped: 1 })

  const { rows } = await store.db.query(
    `select count(*) as n from memoir.memory_trace where content like '%stale words%'`,
  )
  expect(rows).toEqual([{ n: 0 }])
})

suite('odd conversations are ingested or listed with a reason, and the rest go on', async () => {
  await using store = await createTestDatabase()
  const turns = (content: string) => [{ content }, { content: 'go on' }, { content: 'that is all' }]
  await seed(store.db, [
    { id: 'nobody', user: null, messages: turns('who am I') },
    { id: 'dots', user: '..', messages: turns('who is that') },
    { id: 'no-role', messages: turns('no role').map((turn) => ({ ...turn, role: null })) },
    { id: 'megabyte', messages: turns('the long tale of a whale. '.repeat(40_000)) },
    { id: 'emoji', messages: turns('🏳️‍🌈👩‍👩‍👧‍👧 party at eight 🎉') },
    { id: 'arabic', messages: turns('أحب القهوة بالهيل في الصباح') },
    { id: 'chinese', messages: turns('我下周去北京看望我的祖母') },
    { id: 'empty-turn', messages: [...turns('hello'), { content: null }, { content: '   ' }] },
    { id: 'too-short', messages: [{ content: 'hi' }] },
    { id: 'zzz-last', messages: turns('still here') },
  ])
  const fixture = await createIngestFixture(store.db)

  expect(await fixture.run({ pageSize: 3 })).toMatchObject({
    created: 7,
    skipped: 1,
    errors: 2,
    total_fetched: 10,
  })

  const { rows } = await store.db.query(
    `select conversation_id, outcome, code from memoir.ingested_conversation where code is not null order by 1`,
  )
  expect(rows).toEqual([
    { conversation_id: 'dots', outcome: 'error', code: 'no_user' },
    { conversation_id: 'nobody', outcome: 'error', code: 'no_user' },
    { conversation_id: 'too-short', outcome: 'skipped', code: 'too_few_turns' },
  ])
  expect(await findDisagreements(store.db)).toEqual([])
})

/** Refuses texts that hold a word, as a vendor's content filter would. */
function refusing(word: string, code: 'vendor_refused' | 'vendor_unauthorized'): Embedder {
  const inner = createHashingEmbedder({ dimensions: 128, precision: 'fp16' })
  return {
    identity: inner.identity,
    embed: async (texts, options) => {
      if (texts.some((text) => text.includes(word))) throw new MemoirError(code, 'no')
      return await inner.embed(texts, options)
    },
  }
}

suite('a conversation the model refuses is listed, and only failures are tried again', async () => {
  await using store = await createTestDatabase()
  await seed(store.db, talks(9))
  const failing = await createIngestFixture(store.db, {
    embedder: refusing('owls', 'vendor_refused'),
  })

  expect(await failing.run({ pageSize: 5 })).toMatchObject({ created: 8, errors: 1 })
  const { rows } = await store.db.query(
    `select conversation_id, code from memoir.ingested_conversation where outcome = 'error'`,
  )
  expect(rows).toEqual([{ conversation_id: 'c003', code: 'vendor_refused' }])

  const mended = await createIngestFixture(store.db)
  expect(await mended.run({ retryFailed: true })).toMatchObject({
    created: 1,
    skipped: 0,
    errors: 0,
    total_fetched: 1,
  })
  expect(await findDisagreements(store.db)).toEqual([])
})

suite('a failure of the whole vendor stops the page and writes nothing of it', async () => {
  await using store = await createTestDatabase()
  await seed(store.db, talks(9))
  const failing = await createIngestFixture(store.db, {
    embedder: refusing('owls', 'vendor_unauthorized'),
  })

  await expect(failing.run()).rejects.toMatchObject({ code: 'vendor_unauthorized' })

  const { rows } = await store.db.query(`select count(*) as n from memoir.memory_trace`)
  expect(rows).toEqual([{ n: 0 }])
})

suite('a job that is taken over goes on where it was and counts nothing twice', async () => {
  await using store = await createTestDatabase()
  await seed(store.db, talks(20))
  const fixture = await createIngestFixture(store.db)
  const job = await fixture.newJob()
  const hooks = { beat: () => undefined, signal: new AbortController().signal }
  await fixture.ingest.begin(job)
  const first = await fixture.ingest.page({ ...job, after: null, limit: 8 }, hooks)
  // The same page again, as after a worker that died before it could report.
  await fixture.ingest.page({ ...job, after: null, limit: 8 }, hooks)

  const { cursor } = await (await createIngestFixture(store.db)).ingest.begin(job)
  expect(cursor).toBe(first.next)
  expect(await fixture.run({ job })).toMatchObject({ created: 20, skipped: 0, total_fetched: 20 })
  expect(await findDisagreements(store.db)).toEqual([])
})

suite('a changed model stops ingest before anything is mixed', async () => {
  await using store = await createTestDatabase()
  await seed(store.db, talks(3))
  await (await createIngestFixture(store.db)).run()
  const other = await createIngestFixture(store.db, {
    embedder: createHashingEmbedder({ dimensions: 64, precision: 'fp16' }),
  })

  await expect(other.run()).rejects.toMatchObject({ code: 'reembed_required' })

  const { rows } = await store.db.query(
    `select distinct vector_dims(vec::vector) as dims from memoir.memory_embedding`,
  )
  expect(rows).toEqual([{ dims: 128 }])
})

suite('two jobs over the same conversations at once leave each of them once', async () => {
  await using store = await createTestDatabase()
  await seed(store.db, talks(60))
  const fixture = await createIngestFixture(store.db)
  const other = await createIngestFixture(store.db)

  await Promise.all([fixture.run({ pageSize: 30 }), other.run({ pageSize: 20 })])

  const { rows } = await store.db.query(
    `select count(*) as n, count(distinct conversation_id) as c from memoir.memory_trace where kind = 'episode'`,
  )
  expect(rows).toEqual([{ n: 60, c: 60 }])
  expect(await findDisagreements(store.db)).toEqual([])
})

suite(
  'a conversation that killed its process twice while alone is passed over, the rest go on',
  async () => {
    await using store = await createTestDatabase()
    await seed(store.db, talks(5))
    const fixture = await createIngestFixture(store.db)
    const job = await fixture.newJob()
    const died = async (alone: boolean, deaths: number) =>
      await store.db.query(
        `insert into memoir.ingest_suspect (job_id, conversation_id, alone, deaths) values ($1, 'c003', $2, $3)
       on conflict (job_id, conversation_id) do update set alone = $2, deaths = $3`,
        [job.jobId, alone, deaths],
      )
    await died(true, 1)

    expect(await fixture.run({ job })).toMatchObject({ created: 4, errors: 1 })

    const { rows } = await store.db.query(
      `select conversation_id, code from memoir.ingested_conversation where outcome = 'error'`,
    )
    expect(rows).toEqual([{ conversation_id: 'c003', code: 'worker_killed' }])
    const marks = await store.db.query(`select count(*) as n from memoir.ingest_suspect`)
    expect(marks.rows).toEqual([{ n: 0 }])
  },
)
