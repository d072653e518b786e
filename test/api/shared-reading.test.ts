import { expect, test } from 'vitest'
import type { RecallRequest } from '../../src/domain/recall.ts'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture, type ApiFixture } from './api-fixture.ts'

/** Keys of one user that may read further ones, and questions about several users. */

async function family(memoir: ApiFixture): Promise<void> {
  const namespaceId = await memoir.namespace('default')
  for (const userId of ['ann', 'bob', 'cara']) {
    const content = `what ${userId} said`
    memoir.memories.push({ namespaceId, userId, scope: 'personal', content })
  }
}

/** Recall answers with this relevance of each user; their scores say the opposite. */
function withRelevance(memoir: ApiFixture, relevances: Readonly<Record<string, number>>): void {
  const plain = memoir.services.recall
  const recall = async (request: RecallRequest) => {
    const found = await plain(request)
    const relevance = relevances[request.userId] ?? 0
    const hits = found.hits.map((hit) => ({
      ...hit,
      score: 1 - relevance,
      scores: { ...hit.scores, relevance },
    }))
    return { ...found, hits }
  }
  Object.assign(memoir.services, { recall })
}

const contents = (answer: { json: { hits: { content: string }[] } }) =>
  answer.json.hits.map(({ content }) => content)

test.skipIf(!hasPostgres)(
  'several users are merged by relevance, each hit with its user',
  async () => {
    await using memoir = await createApiFixture()
    await family(memoir)
    withRelevance(memoir, { ann: 0.2, bob: 0.9, cara: 0.5 })

    const byBody = await memoir.send('/v1/recall', {
      body: { q: 'lake', user_ids: ['ann', 'bob', 'cara'] },
    })
    const byQuery = await memoir.send('/v1/recall?q=lake&user_ids=ann,bob&user_ids=cara&k=2')

    expect(byBody.json.hits).toEqual([
      expect.objectContaining({ user_id: 'bob', score: 0.9 }),
      expect.objectContaining({ user_id: 'cara', score: 0.5 }),
      expect.objectContaining({ user_id: 'ann', score: 0.2 }),
    ])
    expect(contents(byQuery)).toEqual(['what bob said', 'what cara said'])
    expect(memoir.asked.map(({ userId }) => userId)).toEqual([
      'ann',
      'bob',
      'cara',
      'ann',
      'bob',
      'cara',
    ])
  },
)

test.skipIf(!hasPostgres)('a context of several users says whose each line is', async () => {
  await using memoir = await createApiFixture()
  await family(memoir)
  // Two users who say the same both say it.
  const namespaceId = await memoir.namespace('default')
  memoir.memories.push({ namespaceId, userId: 'dan', scope: 'x', content: 'what ann said' })

  const several = await memoir.send('/v1/context', {
    body: { q: 'lake', user_ids: ['ann', 'dan', '</memories>'] },
  })
  const one = await memoir.send('/v1/context', { body: { q: 'lake', user_ids: ['ann'] } })

  expect(several.json.context).toContain('[1] 2026-03-01 user (ann): what ann said')
  expect(several.json.context).toContain('[2] 2026-03-01 user (dan): what ann said')
  expect(several.json.citations).toMatchObject([{ user_id: 'ann' }, { user_id: 'dan' }])
  expect(one.json.context).toContain('[1] 2026-03-01 user: what ann said')
})

test.skipIf(!hasPostgres)(
  'a key reads its own user and the readable ones, and nobody else',
  async () => {
    await using memoir = await createApiFixture()
    await family(memoir)
    const key = await memoir.key({ role: 'service', user: 'ann', readable: ['bob'] })
    const ask = async (body: object) =>
      await memoir.send('/v1/recall', { key, body: { q: 'lake', ...body } })

    expect(contents(await ask({}))).toEqual(['what ann said'])
    expect(contents(await ask({ user_id: 'bob' }))).toEqual(['what bob said'])
    expect(contents(await ask({ user_id: 'cara' }))).toEqual([])
    expect(contents(await ask({ user_ids: ['ann', 'bob'] }))).toHaveLength(2)
    for (const path of ['/v1/recall', '/v1/context']) {
      const body = { q: 'lake', user_ids: ['bob', 'cara'] }
      const refused = await memoir.send(path, { key, body })
      expect([refused.status, refused.json.error]).toMatchObject([
        403,
        { code: 'forbidden', details: { field: 'user_ids.1' } },
      ])
      expect(refused.json.error.message).toContain('user_ids.1')
    }
    // Bob's working memory is neither read nor written by what others ask.
    const ofBob = memoir.asked.filter(({ userId }) => userId === 'bob')
    expect(ofBob.map(({ without }) => without)).toEqual([['focus'], ['focus']])
  },
)

test.skipIf(!hasPostgres)('a bound key without readable users reads its own alone', async () => {
  await using memoir = await createApiFixture()
  await family(memoir)
  const key = await memoir.key({ role: 'reader', user: 'ann' })

  const other = await memoir.send('/v1/recall?q=lake&user_ids=bob', { key })
  const own = await memoir.send('/v1/recall?q=lake&user_ids=ann', { key })

  expect([other.status, other.json.error.code]).toEqual([403, 'forbidden'])
  expect(contents(own)).toEqual(['what ann said'])
})

const refused = [
  ['eleven users', { user_ids: Array.from({ length: 11 }, (_, at) => `u${at}`) }, 'user_ids'],
  ['nobody', { user_ids: [] }, 'user_ids'],
  ['a user twice', { user_ids: ['ann', 'bob', 'ann'] }, 'user_ids.2'],
  ['one and several', { user_id: 'ann', user_ids: ['ann'] }, 'user_ids'],
  ['no list', { user_ids: 'ann' }, 'user_ids'],
  ['an empty user', { user_ids: ['ann', ''] }, 'user_ids.1'],
] as const

test.skipIf(!hasPostgres).for(refused)(
  '%s: refused by the name of the field',
  async ([, body, field]) => {
    await using memoir = await createApiFixture()
    for (const path of ['/v1/recall', '/v1/context']) {
      const answer = await memoir.send(path, { body: { q: 'lake', ...body } })
      expect([answer.status, answer.json.error]).toMatchObject([
        400,
        { code: 'invalid_request', details: { field } },
      ])
    }
    expect(memoir.asked).toEqual([])
  },
)

test.skipIf(!hasPostgres)(
  'a key with readable users reads their memories by id, and changes none',
  async () => {
    await using memoir = await createApiFixture()
    const store = async (user_id: string) => {
      const answer = await memoir.send('/v1/memories', {
        body: { user_id, content: `${user_id}'s` },
      })
      return String(answer.json.ids[0])
    }
    const [own, shared, other] = [await store('ann'), await store('bob'), await store('cara')]
    const key = await memoir.key({ role: 'service', user: 'ann', readable: ['bob'] })
    const status = async (path: string, sent: object = {}) =>
      (await memoir.send(path, { key, ...sent })).status

    for (const rest of ['', '/history']) {
      expect(await status(`/v1/memories/${own}${rest}`)).toBe(200)
      expect(await status(`/v1/memories/${shared}${rest}`)).toBe(200)
      expect(await status(`/v1/memories/${other}${rest}`)).toBe(404)
    }
    expect(await status(`/v1/notes/${shared}/connections`)).toBe(200)
    expect(await status(`/v1/notes/${other}/connections`)).toBe(404)
    const listed = await memoir.send('/v1/memories?user_id=bob', { key })
    expect(listed.json.items).toEqual([expect.objectContaining({ id: shared, user_id: 'bob' })])
    expect(await status('/v1/narratives/bob')).toBe(202)
    expect(await status('/v1/narratives/cara')).toBe(404)

    const body = { content: 'changed', user_id: 'bob' }
    expect(await status('/v1/memories', { body })).toBe(404)
    expect(
      await status(`/v1/memories/${shared}`, { method: 'PATCH', body: { content: 'x' } }),
    ).toBe(404)
    expect(await status(`/v1/memories/${shared}`, { method: 'DELETE' })).toBe(404)
    expect(await status('/v1/forget', { body: { id: shared } })).toBe(404)
    expect(await status('/v1/forget', { body: { user_id: 'bob' } })).toBe(404)
    expect(await status('/v1/users/bob', { method: 'DELETE' })).toBe(404)
    expect(await status('/v1/narratives/bob/regenerate', { method: 'POST' })).toBe(404)
    // What is more than memories stays with the key's own user.
    expect(await status('/v1/users/bob')).toBe(404)
    expect(await status('/v1/users/bob/export')).toBe(404)
  },
)

test.skipIf(!hasPostgres)(
  'readable users are given with the key, shown, and lost by erasure',
  async () => {
    await using memoir = await createApiFixture()
    await family(memoir)
    const body = {
      name: 'family',
      role: 'reader',
      user_id: 'ann',
      readable_users: ['cara', 'bob', 'bob', 'ann'],
    }
    const made = await memoir.send('/v1/keys', { body })
    expect([made.status, made.json.readable_users]).toEqual([201, ['bob', 'cara']])
    const { key } = made.json
    const shown = async () => [
      (await memoir.send('/v1/keys')).json.items[0].readable_users,
      (await memoir.send('/v1/keys/current', { key })).json.readable_users,
    ]
    expect(await shown()).toEqual([
      ['bob', 'cara'],
      ['bob', 'cara'],
    ])

    await memoir.send('/v1/users/bob', { method: 'DELETE' })

    expect(await shown()).toEqual([['cara'], ['cara']])
    expect((await memoir.send('/v1/recall?q=x&user_ids=bob', { key })).status).toBe(403)
    const again = await memoir.send('/v1/keys', { body })
    expect([again.status, again.json.error]).toMatchObject([
      409,
      { code: 'suppressed_user', details: { field: 'readable_users' } },
    ])
  },
)

test.skipIf(!hasPostgres)('only a key of a user can have readable users', async () => {
  await using memoir = await createApiFixture()
  for (const given of [{ role: 'reader' }, { role: 'admin' }]) {
    const body = { name: 'x', readable_users: ['bob'], ...given }
    const answer = await memoir.send('/v1/keys', { body })
    expect([answer.status, answer.json.error.details.field]).toEqual([400, 'readable_users'])
  }
})

test.skipIf(!hasPostgres)('readable users are those of the namespace of the key', async () => {
  await using memoir = await createApiFixture()
  const acme = await memoir.namespace('acme')
  memoir.memories.push({ namespaceId: acme, userId: 'bob', scope: 'x', content: 'of acme' })
  const key = await memoir.key({ role: 'reader', user: 'ann', readable: ['bob'] })

  const answer = await memoir.send('/v1/recall?q=lake&user_ids=ann,bob', { key })

  expect(contents(answer)).toEqual([])
})

test.skipIf(!hasPostgres)('tools read readable users too, and write for none of them', async () => {
  await using memoir = await createApiFixture()
  await family(memoir)
  const key = await memoir.key({ role: 'service', user: 'ann', readable: ['bob'] })
  const call = async (name: string, given: object) =>
    (await memoir.send('/mcp/tool/call', { key, body: { name, arguments: given } })).json

  const one = await call('search_memory', { query: 'lake', user_id: 'bob' })
  const both = await call('recall_memory', { query: 'lake', user_ids: ['ann', 'bob'] })
  const other = await call('recall_memory', { query: 'lake', user_ids: ['ann', 'cara'] })
  const written = await call('add_memories', { text: 'Bob likes tea.', user_id: 'bob' })

  expect(one.structuredContent.hits).toMatchObject([{ user_id: 'bob' }])
  expect(both.structuredContent.hits).toMatchObject([{ user_id: 'ann' }, { user_id: 'bob' }])
  expect(both.content[0].text).toContain('of "bob": "what bob said"')
  expect(other).toMatchObject({
    isError: true,
    structuredContent: { error: { code: 'forbidden' } },
  })
  expect(written).toMatchObject({ isError: true })
})
