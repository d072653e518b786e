import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createApiFixture } from '../api/api-fixture.ts'
import { FILTER_FIELDS, FilterProblem, OPERATORS, parseFilter } from '../../src/domain/filter.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createMemoryWorld } from '../support/memory-world.ts'

const suite = hasPostgres ? test : test.skip

test.each([
  [{ kind: 'note' }, { field: 'kind', operator: 'eq', value: 'note' }],
  [
    { importance: { gte: 3, lt: 8 } },
    {
      and: [
        { field: 'importance', operator: 'gte', value: 3 },
        { field: 'importance', operator: 'lt', value: 8 },
      ],
    },
  ],
  [
    { not: { 'metadata.a.b': { exists: true } } },
    { not: { field: ['a', 'b'], operator: 'exists', value: true } },
  ],
])('%j is read', (given, read) => {
  expect(parseFilter(given)).toEqual(read)
})

const nested = (depth: number): unknown =>
  depth === 0 ? { kind: 'note' } : { not: nested(depth - 1) }

test.each([
  [{}, ''],
  [[], ''],
  [{ and: [] }, 'and'],
  [{ and: [{ kind: 'note' }, { colour: 'red' }] }, 'and.1.colour'],
  [{ kind: { like: 'n' } }, 'kind.like'],
  [{ kind: { gt: 'n' } }, 'kind.gt'],
  [{ kind: {} }, 'kind'],
  [{ kind: 3 }, 'kind'],
  [{ tags: { contains: 3 } }, 'tags.contains'],
  [{ occurred_at: { gt: 'yesterday' } }, 'occurred_at.gt'],
  [{ salience: { gt: '1' } }, 'salience.gt'],
  [{ scope: { in: [] } }, 'scope.in'],
  [{ scope: { in: ['a', 3] } }, 'scope.in.1'],
  [{ 'metadata.': 'x' }, 'metadata.'],
  [{ 'metadata.a': { exists: 'yes' } }, 'metadata.a.exists'],
  [nested(20), Array.from({ length: 13 }, () => 'not').join('.')],
  [{ or: Array.from({ length: 51 }, () => ({ kind: 'note' })) }, 'or.50.kind'],
])('%j is refused by its place', (given, path) => {
  let problem: unknown
  try {
    parseFilter(given)
  } catch (error) {
    problem = error
  }
  expect(problem).toBeInstanceOf(FilterProblem)
  expect((problem as FilterProblem).path.join('.')).toBe(path)
})

const MEMORIES = [
  {
    content: 'one',
    kind: 'note',
    tags: ['a', 'b'],
    importance: 2,
    metadata: { channel: 'chat', n: 1 },
  },
  {
    content: 'two',
    kind: 'message',
    role: 'user',
    tags: ['b'],
    importance: 8,
    metadata: { channel: 'Mail', n: '7' },
  },
  {
    content: 'three',
    kind: 'note',
    scope: 'work',
    sessionId: 's1',
    metadata: { deep: { list: ['x', 2] } },
  },
  { content: 'four', kind: 'fact', metadata: { channel: null, n: 7.5, category: 'health' } },
] as const
const DAY = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'] as const

suite('each comparison finds what it says, in lists and in recall alike', async () => {
  await using store = await createTestDatabase()
  const world = await createMemoryWorld(store.db)
  for (const [at, memory] of MEMORIES.entries()) {
    const { content, ...more } = { tags: [], ...memory }
    await world.remember(content, {
      ...more,
      tags: [...more.tags],
      occurredAt: new Date(`${DAY[at]}T12:00:00Z`),
    })
  }
  const find = async (filter: unknown) => {
    const { hits } = await world.ask('one two three four', { k: 10, filter: parseFilter(filter) })
    return hits
      .map(({ content }) => MEMORIES.findIndex((one) => one.content === content) + 1)
      .toSorted((a, b) => a - b)
  }
  const cases: readonly (readonly [filter: unknown, found: readonly number[]])[] = [
    [{ kind: 'note' }, [1, 3]],
    [{ kind: { ne: 'note' } }, [2, 4]],
    [{ kind: { in: ['fact', 'message'] } }, [2, 4]],
    [{ role: { exists: false } }, [1, 3, 4]],
    [{ role: { ne: 'user' } }, [1, 3, 4]],
    [{ role: null }, [1, 3, 4]],
    [{ not: { role: 'user' } }, [1, 3, 4]],
    [{ scope: { contains: 'WOR' } }, [3]],
    [{ session_id: 's1' }, [3]],
    [{ category: 'health' }, [4]],
    [{ tags: { contains: 'a' } }, [1]],
    [{ tags: { in: ['a', 'b'] } }, [1, 2]],
    [{ tags: { exists: false } }, [3, 4]],
    [{ importance: { gt: 1.5 } }, [1, 2]],
    [{ importance: { gt: 2 } }, [2]],
    [{ not: { importance: { gt: 2 } } }, [1, 3, 4]],
    [{ occurred_at: { gte: '2026-03-03' } }, [3, 4]],
    [{ occurred_at: { lt: '2026-03-02T12:00:01+00:00' } }, [1, 2]],
    [{ known_at: { gt: '2020-01-01' } }, [1, 2, 3, 4]],
    [{ 'metadata.channel': 'chat' }, [1]],
    [{ 'metadata.channel': { in: ['chat', 'Mail'] } }, [1, 2]],
    [{ 'metadata.channel': { contains: 'mai' } }, [2]],
    [{ 'metadata.channel': { exists: true } }, [1, 2, 4]],
    [{ 'metadata.channel': null }, [4]],
    [{ 'metadata.n': { gt: 1 } }, [4]],
    [{ 'metadata.n': { gte: '5' } }, [2]],
    [{ 'metadata.n': 1 }, [1]],
    [{ 'metadata.deep.list': { contains: 'x' } }, [3]],
    [{ 'metadata.deep.list': { contains: 2 } }, [3]],
    [{ or: [{ kind: 'fact' }, { and: [{ kind: 'note' }, { tags: { contains: 'a' } }] }] }, [1, 4]],
    [{ kind: 'note', scope: 'work' }, [3]],
  ]
  for (const [filter, found] of cases) {
    expect([filter, await find(filter)]).toEqual([filter, found])
  }
})

suite('forgetting by a filter takes what it names, and leaves the rest of a session', async () => {
  await using store = await createTestDatabase()
  const world = await createMemoryWorld(store.db)
  await world.remember('draft of a letter', { sessionId: 's1', tags: ['draft'] })
  await world.remember('a letter', { sessionId: 's1' })
  await world.forget({
    userId: 'ada',
    sessionId: 's1',
    filter: parseFilter({ tags: { contains: 'draft' } }),
  })
  expect((await world.ask('letter')).hits.map(({ content }) => content)).toEqual(['a letter'])
})

/** Any JSON at any place: an answer, or a refusal that names the field. */
suite('no filter fails a request', { timeout: 60_000 }, async () => {
  await using memoir = await createApiFixture()
  await memoir.send('/v1/memories', {
    body: { user_id: 'ann', content: 'x', metadata: { a: { b: [1, 'x', null] }, n: '1e999' } },
  })
  const key = fc.oneof(
    fc.constantFrom(
      ...Object.keys(FILTER_FIELDS),
      'metadata.a',
      'metadata.a.b',
      'metadata.n',
      'and',
      'or',
      'not',
    ),
    fc.string(),
  )
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.dictionary(fc.constantFrom(...OPERATORS), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.dictionary(key, value, { minKeys: 1, maxKeys: 3 }), async (filter) => {
      const query = new URLSearchParams({ user_id: 'ann', filter: JSON.stringify(filter) })
      const { status, json } = await memoir.send(`/v1/memories?${query.toString()}`)
      expect([200, 400]).toContain(status)
      if (status === 400) expect(json.error.code).toBe('invalid_request')
    }),
    {
      numRuns: 150,
      examples: [
        [{ importance: 5e-324 }],
        [{ importance: 1.5 }],
        [{ importance: { in: [1e300] } }],
        [{ salience: 1e300 }],
        [{ salience: { gt: -5e-324 } }],
        [{ 'metadata.a': { lt: 5e-324 } }],
        [{ 'metadata.a': 1e308 }],
      ],
    },
  )
})

suite('a filter in query and body is the same, and a wrong one is named', async () => {
  await using memoir = await createApiFixture()
  const filter = { and: [{ kind: 'note' }, { 'metadata.channel': { ne: 'mail' } }] }
  const query = new URLSearchParams({ q: 'x', user_id: 'ann', filter: JSON.stringify(filter) })
  expect((await memoir.send(`/v1/recall?${query.toString()}`)).status).toBe(200)
  expect(
    (await memoir.send('/v1/recall', { body: { q: 'x', user_id: 'ann', filter } })).status,
  ).toBe(200)
  expect(memoir.asked[0]).toEqual(memoir.asked[1])
  const wrong = { q: 'x', user_id: 'ann', filter: { and: [{ colour: 'red' }] } }
  for (const path of ['/v1/recall', '/v1/context']) {
    const { status, json } = await memoir.send(path, { body: wrong })
    expect([path, status, json.error.details.field]).toEqual([path, 400, 'filter.and.0.colour'])
  }
  const forget = await memoir.send('/v1/forget', {
    body: { user_id: 'ann', filter: { colour: 'red' } },
  })
  expect([forget.status, forget.json.error.details.field]).toEqual([400, 'filter.colour'])
})
