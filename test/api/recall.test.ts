import { expect, test } from 'vitest'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture } from './api-fixture.ts'

test.skipIf(!hasPostgres)('a question in the query and one in the body ask the same', async () => {
  await using memoir = await createApiFixture()
  const namespaceId = await memoir.namespace('default')
  memoir.memories.push({ namespaceId, userId: 'ann', scope: 'work', content: 'the lake' })
  const query = new URLSearchParams({
    q: 'where?',
    user_id: 'ann',
    k: '3',
    heads: 'semantic,entity',
    kinds: 'fact,message',
    scope: 'work',
    tags: 'a,b',
    metadata: '{"channel":"chat"}',
    session_id: 's',
    from: '2026-01-01',
    to: '2026-02-01T12:00:00+02:00',
    threshold: '0.5',
    as_of: '2026-01-15',
    include_superseded: 'true',
  })
  const body = {
    q: 'where?',
    user_id: 'ann',
    k: 3,
    heads: ['semantic', 'entity'],
    kinds: ['fact', 'message'],
    scope: ['work'],
    tags: ['a', 'b'],
    metadata: { channel: 'chat' },
    session_id: 's',
    from: '2026-01-01',
    to: '2026-02-01T12:00:00+02:00',
    threshold: 0.5,
    as_of: '2026-01-15',
    include_superseded: true,
  }

  const byQuery = await memoir.send(`/v1/recall?${query.toString()}`)
  const byBody = await memoir.send('/v1/recall', { body })

  expect(byQuery.status).toBe(200)
  expect(byBody.json.hits).toEqual([expect.objectContaining({ content: 'the lake', score: 0.5 })])
  expect(memoir.asked).toHaveLength(2)
  expect(memoir.asked[0]).toEqual(memoir.asked[1])
  expect(memoir.asked[0]).toEqual({
    namespaceId,
    userId: 'ann',
    query: 'where?',
    k: 3,
    heads: ['semantic', 'entity'],
    kinds: ['fact', 'message'],
    scopes: ['work'],
    tags: ['a', 'b'],
    metadata: { channel: 'chat' },
    sessionId: 's',
    from: new Date('2026-01-01T00:00:00Z'),
    to: new Date('2026-02-01T10:00:00Z'),
    threshold: 0.5,
    asOf: new Date('2026-01-15T00:00:00Z'),
    includeSuperseded: true,
  })
})

test.skipIf(!hasPostgres)('what is not given is left to the defaults', async () => {
  await using memoir = await createApiFixture({ env: { MEMORY_K: '7' } })

  const answer = await memoir.send('/v1/recall', { body: { q: 'x', user_id: 'nobody' } })

  expect(answer).toMatchObject({ status: 200, json: { hits: [], degraded: [] } })
  expect(memoir.asked).toEqual([
    { namespaceId: await memoir.namespace('default'), userId: 'nobody', query: 'x', k: 7 },
  ])
})

test.skipIf(!hasPostgres)('a parameter may be repeated instead of using commas', async () => {
  await using memoir = await createApiFixture()

  await memoir.send('/v1/recall?q=x&user_id=ann&scope=a&scope=b,c')

  expect(memoir.asked[0]?.scopes).toEqual(['a', 'b', 'c'])
})

test.skipIf(!hasPostgres)('a key that is bound to a user needs no user_id', async () => {
  await using memoir = await createApiFixture()
  const key = await memoir.key({ role: 'reader', user: 'ann', scopes: ['work', 'home'] })

  await memoir.send('/v1/recall?q=x', { key })
  await memoir.send('/v1/recall?q=x&user_id=ann&scope=home,secret', { key })
  const other = await memoir.send('/v1/recall?q=x&user_id=bob', { key })
  const outside = await memoir.send('/v1/recall?q=x&scope=secret', { key })

  expect(memoir.asked.map(({ userId, scopes }) => [userId, scopes])).toEqual([
    ['ann', ['work', 'home']],
    ['ann', ['home']],
  ])
  expect([other.status, other.json.hits]).toEqual([200, []])
  expect([outside.status, outside.json.hits]).toEqual([200, []])
})

const refused: readonly (readonly [string, unknown, string])[] = [
  ['no question', { user_id: 'ann' }, 'q'],
  ['an empty question', { q: ' \n', user_id: 'ann' }, 'q'],
  ['a question as long as a book', { q: 'x'.repeat(32_769), user_id: 'ann' }, 'q'],
  ['no user', { q: 'x' }, 'user_id'],
  ['an empty user', { q: 'x', user_id: '' }, 'user_id'],
  ['a user of 257 characters', { q: 'x', user_id: 'u'.repeat(257) }, 'user_id'],
  ['k out of range', { q: 'x', user_id: 'ann', k: 201 }, 'k'],
  ['k as text', { q: 'x', user_id: 'ann', k: '3' }, 'k'],
  ['an unknown kind', { q: 'x', user_id: 'ann', kinds: ['fact', 'dream'] }, 'kinds.1'],
  ['an empty list', { q: 'x', user_id: 'ann', heads: [] }, 'heads'],
  ['a time without an offset', { q: 'x', user_id: 'ann', from: '2026-01-01T00:00:00' }, 'from'],
  ['a day that is none', { q: 'x', user_id: 'ann', from: '2026-02-30' }, 'from'],
  ['a threshold above 1', { q: 'x', user_id: 'ann', threshold: 1.1 }, 'threshold'],
  ['an unknown field', { q: 'x', user_id: 'ann', depth: 2 }, 'depth'],
  ['three hops', { q: 'x', user_id: 'ann', hops: 3 }, 'hops'],
  ['an unknown stage', { q: 'x', user_id: 'ann', without: ['luck'] }, 'without.0'],
  ['NUL in the question', { q: 'a\u0000b', user_id: 'ann' }, 'q'],
  ['half a character', { q: 'a\ud800', user_id: 'ann' }, 'q'],
  ['NUL deep inside', { q: 'x', user_id: 'ann', metadata: { a: ['\u0000'] } }, 'metadata.a.0'],
  ['a list for a body', [1], ''],
]

test.skipIf(!hasPostgres)('what is wrong is refused by the path of its field', async () => {
  await using memoir = await createApiFixture()
  for (const [what, body, field] of refused) {
    const answer = await memoir.send('/v1/recall', { body })
    expect([what, answer.status]).toEqual([what, 400])
    expect([what, answer.json.error]).toMatchObject([
      what,
      {
        code: 'invalid_request',
        message: expect.stringContaining(field === '' ? 'body' : `${field}:`),
        details: { field },
      },
    ])
  }
  const queries = [
    ['q=x&user_id=ann&colour=red', 'colour'],
    ['q=%00&user_id=ann', 'q'],
    ['q=x&user_id=ann&k=many', 'k'],
    ['q=x&user_id=ann&metadata=[', 'metadata'],
    ['q=x&user_id=ann&metadata=[1]', 'metadata'],
    ['q=x&q=y&user_id=ann', 'q'],
  ]
  for (const [query, field] of queries) {
    const answer = await memoir.send(`/v1/recall?${query}`)
    expect([query, [answer.status, answer.json.error?.details.field]]).toEqual([
      query,
      [400, field],
    ])
  }
  expect(memoir.asked).toEqual([])
})

test.skipIf(!hasPostgres)('a context is one block within its tokens, with citations', async () => {
  await using memoir = await createApiFixture()
  const namespaceId = await memoir.namespace('default')
  const content = 'we swam in the lake'
  memoir.memories.push({ namespaceId, userId: 'ann', scope: 'work', content })

  const answer = await memoir.send('/v1/context', { body: { q: 'lake', user_id: 'ann' } })
  const tight = await memoir.send('/v1/context', {
    body: { q: 'lake', user_id: 'ann', max_tokens: 49 },
  })

  expect(answer.status).toBe(200)
  expect(answer.json.context).toContain('[1] ')
  expect(answer.json.context).toContain('we swam in the lake')
  expect(answer.json.citations).toEqual([expect.objectContaining({ n: 1, kind: 'message' })])
  expect(answer.json.tokens).toBeLessThanOrEqual(1_000)
  expect(memoir.asked[0]).toMatchObject({ k: 30, query: 'lake' })
  expect([tight.status, tight.json.error.details]).toMatchObject([400, { field: 'max_tokens' }])
})
