import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { acceptSession, MAX_TURNS, type SessionAccept } from '../../src/sessions/accept.ts'
import { parseTranscript } from '../../src/sessions/transcript.ts'
import { openDatabase, type Database } from '../../src/stores/database.ts'
import { findJobRow, type JobRow } from '../../src/stores/jobs/jobs.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { defaultNamespace } from '../support/ingest.ts'

const suite = hasPostgres ? test : test.skip

interface World extends AsyncDisposable {
  readonly db: Database
  readonly launched: JobRow[]
  readonly namespaceId: string
  post(text: string, over?: Partial<SessionAccept>): ReturnType<typeof acceptSession>
  count(table: string): Promise<number>
}

async function createWorld(): Promise<World> {
  const test = await createTestDatabase()
  const namespaceId = await defaultNamespace(test.db)
  const launched: JobRow[] = []
  const launcher = { launch: (row: JobRow) => void launched.push(row) }
  return {
    db: test.db,
    launched,
    namespaceId,
    post: async (text, over = {}) =>
      await acceptSession(
        { db: test.db, launcher },
        {
          namespaceId,
          userId: 'ann',
          collection: 'chat',
          sessionId: 's1',
          turns: parseTranscript(text),
          metadata: {},
          ...over,
        },
      ),
    async count(table) {
      const { rows } = await test.db.query<{ n: number }>(
        `select count(*) as n from memoir.${table}`,
      )
      return rows[0]?.n ?? 0
    },
    [Symbol.asyncDispose]: async () => await test[Symbol.asyncDispose](),
  }
}

suite(
  'a post, its session and its job are there together, and the job names ids only',
  async () => {
    await using world = await createWorld()
    const accepted = await world.post('User: I live in Berlin.')
    expect(accepted).toMatchObject({ number: 1, status: 'queued', fresh: true, sessionId: 's1' })
    const row = await findJobRow(world.db, { namespaceId: world.namespaceId, id: accepted.jobId })
    expect(row).toEqual(world.launched[0])
    expect(row).toMatchObject({
      workflowId: `session:${accepted.jobId}`,
      request: { rawSessionId: accepted.id, sessionUuid: accepted.session },
    })
    const { rows } = await world.db.query(
      'select turns, length(turn_digests) as digests from memoir.raw_session',
    )
    expect(rows).toEqual([
      { turns: [{ role: 'user', name: null, content: 'I live in Berlin.', at: null }], digests: 8 },
    ])
  },
)

suite('the same text again is found and starts nothing; another is a new post', async () => {
  await using world = await createWorld()
  const first = await world.post('User: a')
  const again = await world.post('User: a\r\n\n', { metadata: { other: true } })
  const other = await world.post('User: a\nAssistant: b')
  expect(again).toEqual({ ...first, fresh: false })
  expect(other).toMatchObject({ session: first.session, number: 2, fresh: true })
  expect(world.launched.map(({ id }) => id)).toEqual([first.jobId, other.jobId])
})

suite('without a session id the text makes one, within its collection and user', async () => {
  await using world = await createWorld()
  const post = async (over: Partial<SessionAccept>) =>
    await world.post('User: a', { sessionId: undefined, ...over })
  const first = await post({})
  expect(await post({})).toEqual({ ...first, fresh: false })
  const others = [await post({ userId: 'bob' }), await post({ collection: '' })]
  expect(new Set([first, ...others].map(({ sessionId }) => sessionId)).size).toBe(3)
  expect(await world.count('session')).toBe(3)
})

suite(
  'twenty at once under one session are numbered without a gap; the same twenty times is one',
  async () => {
    await using world = await createWorld()
    const texts = Array.from({ length: 20 }, (_, index) => `User: ${index}`)
    const posts = await Promise.all(texts.map(async (text) => await world.post(text)))
    expect(posts.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(
      texts.map((_, index) => index + 1),
    )
    const same = await Promise.all(texts.map(async () => await world.post('User: same')))
    expect(new Set(same.map(({ id }) => id)).size).toBe(1)
    expect(same.filter(({ fresh }) => fresh)).toHaveLength(1)
    expect(await world.count('raw_session')).toBe(21)
    expect(await world.count('job')).toBe(21)
    const { rows } = await world.db.query('select posts from memoir.session')
    expect(rows).toEqual([{ posts: 21 }])
  },
)

suite('who was erased gets nothing written', async () => {
  await using world = await createWorld()
  await world.post('User: a')
  await world.db.query('update memoir.memory_user set erased_at = now()')
  await expect(world.post('User: b')).rejects.toMatchObject({ code: 'suppressed_user' })
  expect(await world.count('raw_session')).toBe(1)
})

suite(
  'what fails half-way leaves nothing, and a Postgres that is away says when to come back',
  async () => {
    await using world = await createWorld()
    await world.db.query(`alter table memoir.job add constraint none check (kind <> 'session')`)
    await expect(world.post('User: a')).rejects.toThrow(/none/)
    expect([await world.count('session'), await world.count('raw_session')]).toEqual([0, 0])
    const away = openDatabase({
      url: 'postgres://nobody@127.0.0.1:1/none',
      poolSize: 1,
      applicationName: 'memoir-test',
      onIdleError: () => undefined,
    })
    await expect(
      acceptSession(
        { db: away, launcher: { launch: () => undefined } },
        {
          namespaceId: world.namespaceId,
          userId: 'ann',
          collection: '',
          turns: parseTranscript('a'),
          metadata: {},
        },
      ),
    ).rejects.toMatchObject({ code: 'store_unavailable', retryAfterMs: 5_000 })
    await away.close()
  },
)

suite('what says nothing, or too much, is refused', async () => {
  await using world = await createWorld()
  const turn = { position: 0, role: 'user', name: null, content: 'x', at: null }
  for (const turns of [[], Array.from({ length: MAX_TURNS + 1 }, () => turn)]) {
    await expect(world.post('', { turns })).rejects.toMatchObject({
      code: 'invalid_request',
      details: { field: 'transcript' },
    })
  }
  expect(await world.count('memory_user')).toBe(0)
})

suite('accepting costs one statement, two for a user who is new', async () => {
  await using world = await createWorld()
  const statements: string[] = []
  const counting: Database = {
    ...world.db,
    query: async (text, values) => {
      statements.push(text)
      return await world.db.query(text, values)
    },
  }
  const accept = async (text: string) =>
    await acceptSession(
      { db: counting, launcher: { launch: () => undefined } },
      {
        namespaceId: world.namespaceId,
        userId: 'ann',
        collection: '',
        sessionId: randomUUID(),
        turns: parseTranscript(text),
        metadata: {},
      },
    )
  await accept('User: a')
  statements.length = 0
  await accept('User: b')
  expect(statements).toHaveLength(1)
})
