import { expect, test } from 'vitest'
import { MAX_BODY_BYTES } from '../../../src/api/app.ts'
import { toBatches, type Batch, type BatchEvent } from '../../../src/cli/import/batches.ts'
import type { FileConversation } from '../../../src/sources/files/draft.ts'
import type { FileRecord } from '../../../src/sources/files/read.ts'

const AT = new Date('2026-03-01T09:00:00Z')

function conversation(
  id: string,
  contents: readonly string[],
  over: Partial<FileConversation> = {},
): FileConversation {
  return {
    id,
    userId: 'ann',
    title: null,
    createdAt: AT,
    updatedAt: AT,
    grows: false,
    messages: contents.map((content, position) => ({
      id: `${id}-${position}`,
      role: 'user',
      name: null,
      content,
      createdAt: AT,
      position,
    })),
    ...over,
  }
}

async function* records(conversations: readonly FileConversation[]): AsyncGenerator<FileRecord> {
  for (const [index, each] of conversations.entries()) {
    const next = { member: 0, offset: (index + 1) * 100, record: index + 1 }
    yield { where: `line ${index + 1}`, next, made: { kind: 'conversation', conversation: each } }
  }
}

async function batchesOf(...conversations: readonly FileConversation[]) {
  const events: BatchEvent[] = []
  for await (const event of toBatches(records(conversations))) events.push(event)
  const batches = events.filter((event): event is Batch => event.kind === 'batch')
  return { events, batches }
}

const shape = ({ conversations, next, partial }: Batch) => ({
  has: conversations.map(({ id, messages }) => `${id} ${messages.length}`),
  at: next.record,
  partial,
})

test('no batch has more than two hundred conversations, and each says where it stands', async () => {
  const { batches } = await batchesOf(
    ...Array.from({ length: 401 }, (_, index) => conversation(`c-${index}`, ['x'])),
  )
  expect(batches.map(({ conversations, next }) => [conversations.length, next.record])).toEqual([
    [200, 200],
    [200, 400],
    [1, 401],
  ])
})

test('a conversation larger than a request goes in parts of its own, all of which fit', async () => {
  const large = Array.from({ length: 25 }, () => 'é'.repeat(50_000))
  const { batches } = await batchesOf(
    conversation('a', ['x']),
    conversation('b', large),
    conversation('c', ['y']),
  )
  expect(batches.map(shape)).toEqual([
    { has: ['a 1'], at: 1, partial: false },
    { has: ['b 9'], at: 1, partial: true },
    { has: ['b 9'], at: 1, partial: true },
    { has: ['b 7', 'c 1'], at: 3, partial: false },
  ])
  const positions = batches.flatMap(({ conversations }) =>
    conversations.filter(({ id }) => id === 'b').flatMap(({ messages }) => messages),
  )
  expect(positions.map(({ position }) => position)).toEqual([...large.keys()])
  for (const { conversations } of batches) {
    expect(Buffer.byteLength(JSON.stringify({ conversations }))).toBeLessThan(MAX_BODY_BYTES)
  }
})

test('a message that fits into no request is told, and its conversation goes without it', async () => {
  const { events, batches } = await batchesOf(
    conversation('a', ['x', '"'.repeat(600_000), 'y', 'z'.repeat(979_000)]),
  )
  expect(events.filter(({ kind }) => kind === 'problem')).toEqual([
    {
      kind: 'problem',
      where: 'line 1',
      problem: { id: 'a', field: 'messages.1.content', message: 'is larger than a request' },
    },
  ])
  expect(batches.map(shape)).toEqual([{ has: ['a 3'], at: 1, partial: false }])
})

test('memories that share a conversation are put together, with all of its time', async () => {
  const memory = (id: string, day: number) => {
    const at = new Date(Date.UTC(2026, 2, day))
    const [message] = conversation(id, ['x']).messages
    const messages = message === undefined ? [] : [message]
    return conversation('mem0/ann', [], { grows: true, createdAt: at, updatedAt: at, messages })
  }
  const { batches } = await batchesOf(memory('f-1', 3), memory('f-2', 1), memory('f-1', 5))
  expect(batches.map(shape)).toEqual([
    { has: ['mem0/ann 2'], at: 2, partial: false },
    { has: ['mem0/ann 1'], at: 3, partial: false },
  ])
  expect(batches[0]?.conversations[0]).toMatchObject({
    created_at: '2026-03-01T00:00:00.000Z',
    updated_at: '2026-03-03T00:00:00.000Z',
  })
})

test('the same conversation twice goes one after the other: the later one holds', async () => {
  const { batches } = await batchesOf(conversation('a', ['old']), conversation('a', ['new']))
  expect(batches.map(shape)).toEqual([
    { has: ['a 1'], at: 1, partial: false },
    { has: ['a 1'], at: 2, partial: false },
  ])
})
