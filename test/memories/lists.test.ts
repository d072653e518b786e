import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { present } from '../../src/api/fields.ts'
import type { Memory } from '../../src/domain/recall.ts'
import { createApiFixture, type ApiFixture } from '../api/api-fixture.ts'
import { MEMORY_ORDERS } from '../../src/stores/memories/memory-list.ts'
import { hasPostgres } from '../support/database.ts'

/** Lists by every combination of filters, page by page, beside the same filters over all memories in this process. */

const SCOPES = ['personal', 'work', 'family']
const KINDS = ['note', 'message', 'fact', 'summary'] as const
const TAGS = ['a', 'b', 'c']
const DAYS = [1, 2, 3, 4, 5, 6].map((day) => new Date(`2026-03-0${day}T12:00:00Z`))
const SESSIONS = ['s-1', 's-2']

const memory = fc.record({
  scope: fc.constantFrom(...SCOPES),
  kind: fc.constantFrom(...KINDS),
  tags: fc.uniqueArray(fc.constantFrom(...TAGS)),
  occurredAt: fc.constantFrom(...DAYS),
  sessionId: fc.option(fc.constantFrom(...SESSIONS), { nil: undefined }),
  metadata: fc.record({ channel: fc.constantFrom('chat', 'mail') }),
})
const subset = <T>(values: readonly T[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }), { nil: undefined })
const filter = fc.record({
  scopes: subset(SCOPES),
  kinds: subset(KINDS),
  tags: subset(TAGS),
  sessionId: fc.option(fc.constantFrom(...SESSIONS), { nil: undefined }),
  metadata: fc.option(fc.constant({ channel: 'chat' }), { nil: undefined }),
  from: fc.option(fc.constantFrom(...DAYS), { nil: undefined }),
  to: fc.option(fc.constantFrom(...DAYS), { nil: undefined }),
  states: subset(['active', 'deleted'] as const),
  order: fc.option(fc.constantFrom(...MEMORY_ORDERS), { nil: undefined }),
})
type Filter = typeof filter extends fc.Arbitrary<infer Value> ? Value : never

test.skipIf(!hasPostgres)(
  'a list is what its filters say, whole, in order and without repeats, however it is cut into pages',
  async () => {
    await using memoir = await createApiFixture()
    const all = await settle(memoir)
    await fc.assert(
      fc.asyncProperty(filter, fc.integer({ min: 1, max: 9 }), async (wanted, limit) => {
        const listed = await pages(memoir, wanted, limit)
        const expected = inOrder(all, wanted.order)
          .filter((each) => matches(each, wanted))
          .map(({ id }) => id)
        expect(listed).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  },
  60_000,
)

/** Forty memories of ann, a few of them deleted, and the same of bob, who must never be seen. */
async function settle(memoir: ApiFixture): Promise<Memory[]> {
  const namespaceId = await memoir.namespace('default')
  const samples = fc.sample(memory, { numRuns: 40, seed: 7 })
  for (const userId of ['ann', 'bob']) {
    const memories = samples.map(({ sessionId, ...rest }, index) => ({
      ...rest,
      content: `Memory ${index} of ${userId}.`,
      ...(sessionId === undefined ? {} : { sessionId }),
    }))
    const { ids } = await memoir.services.memories.store({
      namespaceId,
      userId,
      memories,
      extractEntities: false,
    })
    for (const id of ids.filter((_, index) => index % 7 === 0)) {
      const key = { namespaceId, id }
      await memoir.services.memories.remove({ key, hard: false, cascade: false })
    }
  }
  const states = ['active', 'deleted'] as const
  const { items } = await memoir.services.memories.list({
    namespaceId,
    userId: 'ann',
    states,
    limit: 200,
  })
  expect(items.map(({ content }) => content)).toEqual(
    samples.map((_, index) => `Memory ${index} of ann.`).toReversed(),
  )
  return [...items]
}

async function pages(memoir: ApiFixture, wanted: Filter, limit: number): Promise<string[]> {
  const base = { namespaceId: await memoir.namespace('default'), userId: 'ann' }
  const found: string[] = []
  let cursor: string | null = null
  do {
    const page: { items: readonly Memory[]; next_cursor: string | null } =
      await memoir.services.memories.list({
        ...base,
        ...present(wanted),
        limit,
        ...(cursor === null ? {} : { cursor }),
      })
    expect(page.items.length).toBeLessThanOrEqual(limit)
    found.push(...page.items.map(({ id }) => id))
    cursor = page.next_cursor
  } while (cursor !== null)
  return found
}

const inOrder = (all: readonly Memory[], order: Filter['order']) =>
  order === 'occurred'
    ? all.toSorted((one, other) => other.occurred_at.localeCompare(one.occurred_at))
    : all

function matches(each: Memory, wanted: Filter): boolean {
  const at = new Date(each.occurred_at)
  return (
    (wanted.states ?? ['active']).some((state) => state === each.state) &&
    (wanted.scopes?.includes(each.scope) ?? true) &&
    (wanted.kinds?.some((kind) => kind === each.kind) ?? true) &&
    (wanted.tags?.every((tag) => each.tags.includes(tag)) ?? true) &&
    (wanted.sessionId === undefined || wanted.sessionId === each.session_id) &&
    (wanted.metadata === undefined || each.metadata['channel'] === wanted.metadata.channel) &&
    (wanted.from === undefined || at >= wanted.from) &&
    (wanted.to === undefined || at < wanted.to)
  )
}
