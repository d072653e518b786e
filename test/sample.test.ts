import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { parseConversations, SAMPLE_FILE, SAMPLE_QUESTION } from '../src/cli/sample.ts'
import { insertConversations } from '../src/stores/sources/source-writer.ts'
import { createTestDatabase, hasPostgres } from './support/database.ts'
import { createIngestFixture } from './support/ingest.ts'
import { createRecallFixture } from './support/recall.ts'

const suite = hasPostgres ? test : test.skip

/** As the file has it: the reader of the sample would fill in what is missing. */
const conversation = z.strictObject({
  id: z.string().min(1),
  user_id: z.enum(['maya', 'tomas', 'leila']),
  title: z.string().min(1),
  created_at: z.iso.datetime({ precision: 0 }),
  updated_at: z.iso.datetime({ precision: 0 }),
  messages: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        role: z.enum(['user', 'assistant']),
        content: z.string().min(1),
        created_at: z.iso.datetime({ precision: 0 }),
      }),
    )
    .min(6)
    .max(14),
})
type Conversation = z.infer<typeof conversation>

const fixture = z.record(
  z.string(),
  z.strictObject({
    memories: z.array(z.strictObject({ id: z.string().min(1), content: z.string().min(1) })),
    questions: z.array(z.strictObject({ q: z.string().min(1), answer: z.string().min(1) })),
  }),
)

const FIRST = '2026-03-01T00:00:00Z'
const END = '2026-06-01T00:00:00Z'
/** A language's own share of the letters or words; names and titles from elsewhere stay below. */
const SCRIPT_SHARE = 0.9
const MARKER_SHARE = 0.15

const jsonl = readFileSync(SAMPLE_FILE, 'utf8')
const sample = jsonl
  .trimEnd()
  .split('\n')
  .map((text) => conversation.parse(JSON.parse(text)))
const questions = questionsOf(readFileSync(new URL('README.md', SAMPLE_FILE), 'utf8'))
const multilingual = fixture.parse(
  JSON.parse(readFileSync(new URL('fixtures/multilingual.json', import.meta.url), 'utf8')),
)

/** Rows of the tables, under the heading that names whom they are about. */
function questionsOf(readme: string): { userId: string; q: string; answer: string }[] {
  return readme.split(/^### /m).flatMap((section) => {
    const [userId = '', ...lines] = section.split('\n')
    return lines.flatMap((line) => {
      const [, q, answer] = /^\| (.+) \| `(.+)` \|$/.exec(line) ?? []
      return q !== undefined && answer !== undefined ? [{ userId, q, answer }] : []
    })
  })
}

/** Without repeats. Times are whole seconds in UTC, so their texts sort as they do. */
const ascending = (times: readonly string[]) => [...new Set(times)].toSorted()

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0

const byScript = (script: RegExp) => (text: string) =>
  count(text, script) / count(text, /\p{L}/gu) > SCRIPT_SHARE

/** Latin letters, and words so common that a text of the language cannot do without; one of another has hardly any of them. */
const byMarkers = (markers: string) => (text: string) => {
  if (/(?!\p{Script=Latin})\p{L}/u.test(text)) return false
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? []
  const known = new Set(markers.split(' '))
  return words.filter((word) => known.has(word)).length / words.length > MARKER_SHARE
}

const LANGUAGES = {
  ar: byScript(/\p{Script=Arabic}/gu),
  zh: byScript(/\p{Script=Han}/gu),
  de: byMarkers('der die das und ist nicht ein eine mit wir ich sie es dem den auf von auch schon'),
  es: byMarkers('el la los las de que y en es un una por con mi quiero del está hace soy para'),
  en: byMarkers('the and is of to it in that you for with on was my she he they we at but'),
}

/** Only what each of the speakers, taken alone, writes in. */
function languagesOf({ messages }: Conversation): string[] {
  const spoken = [...Map.groupBy(messages, ({ role }) => role).values()].map((said) =>
    said.map(({ content }) => content).join('\n'),
  )
  return Object.entries(LANGUAGES).flatMap(([language, fits]) =>
    spoken.every(fits) ? [language] : [],
  )
}

test('the sample can be taken in, and says everything that could be left out', () => {
  const read = parseConversations(jsonl)
  expect(read.map(({ id }) => id)).toEqual(sample.map(({ id }) => id))
  expect(read.length).toBeGreaterThanOrEqual(30)
  expect(Object.keys(Object.groupBy(sample, ({ user_id }) => user_id))).toHaveLength(3)
})

test('ids are unique, and say whose conversation it is and on which day it began', () => {
  const ids = sample.map(({ id }) => id)
  const messageIds = sample.flatMap(({ messages }) => messages.map(({ id }) => id))
  expect(new Set(ids).size).toBe(ids.length)
  expect(new Set(messageIds).size).toBe(messageIds.length)
  const misnamed = sample.filter(
    ({ id, user_id, created_at }) => !id.startsWith(`${user_id}-${created_at.slice(0, 10)}-`),
  )
  expect(misnamed.map(({ id }) => id)).toEqual([])
  expect(messageIds).toEqual(
    sample.flatMap(({ id, messages }) => messages.map((_, index) => `${id}/${index + 1}`)),
  )
})

test('times ascend within a conversation and from one to the next, from March to May 2026', () => {
  const starts = sample.map(({ created_at }) => created_at)
  expect(starts).toEqual(ascending(starts))
  for (const { id, created_at, updated_at, messages } of sample) {
    const times = messages.map((message) => message.created_at)
    expect({ id, times }).toEqual({ id, times: ascending(times) })
    expect({ id, created_at, updated_at }).toEqual({
      id,
      created_at: times[0],
      updated_at: times.at(-1),
    })
  }
  const all = sample.flatMap(({ messages }) => messages.map((message) => message.created_at))
  expect(all.filter((time) => time < FIRST || time >= END)).toEqual([])
})

test('user and assistant speak in turn, the user first', () => {
  for (const { id, messages } of sample) {
    const roles = messages.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant'))
    expect({ id, roles: messages.map(({ role }) => role) }).toEqual({ id, roles })
  }
})

test('every conversation is in one language, and five languages are spoken', () => {
  const spoken = sample.map((each) => ({ user: each.user_id, languages: languagesOf(each) }))
  expect(spoken.filter(({ languages }) => languages.length !== 1)).toEqual([])
  const inLanguage = (user: string, language: string) =>
    spoken.filter((each) => each.user === user && each.languages.includes(language)).length
  expect(inLanguage('tomas', 'de')).toBeGreaterThanOrEqual(3)
  expect(inLanguage('leila', 'ar')).toBeGreaterThanOrEqual(3)
  expect(inLanguage('leila', 'zh')).toBeGreaterThanOrEqual(2)
  expect(inLanguage('maya', 'es')).toBeGreaterThanOrEqual(1)
  for (const user of ['maya', 'tomas', 'leila']) {
    expect(inLanguage(user, 'en')).toBeGreaterThanOrEqual(5)
  }
})

test('the README asks five questions of each, and each has its conversation', () => {
  const asked = Object.groupBy(questions, ({ userId }) => userId)
  expect(Object.entries(asked).map(([user, each]) => [user, each?.length])).toEqual([
    ['maya', 5],
    ['tomas', 5],
    ['leila', 5],
  ])
  const known = new Map(sample.map(({ id, user_id }) => [id, user_id]))
  expect(questions.map(({ answer }) => known.get(answer))).toEqual(
    questions.map(({ userId }) => userId),
  )
  expect(questions).toContainEqual(
    expect.objectContaining({ userId: SAMPLE_QUESTION.user_id, q: SAMPLE_QUESTION.q }),
  )
})

suite('without any model, all of these questions find their conversation', async () => {
  await using store = await createTestDatabase()
  await store.db.transaction(async (tx) => {
    await insertConversations(
      tx,
      { namespace: 'default', source: 'main' },
      parseConversations(jsonl),
    )
  })
  const counts = await (await createIngestFixture(store.db)).run()
  const ask = await createRecallFixture(store.db)

  const missed: string[] = []
  for (const { userId, q, answer } of questions) {
    const { hits } = await ask(q, { userId, k: 5 })
    if (!hits.some((hit) => hit.conversation_id === answer)) missed.push(q)
  }

  expect(counts).toMatchObject({ processed: sample.length, errors: 0 })
  expect(missed).toEqual([])
})

test.each(Object.entries(multilingual))(
  'the fixture of %s has thirty memories and ten questions, each about another memory',
  (language, { memories, questions: asked }) => {
    const byId = new Map(memories.map(({ id, content }) => [id, content]))
    expect(byId.size).toBe(memories.length)
    expect(new Set(byId.values()).size).toBe(memories.length)
    expect(memories.length).toBeGreaterThanOrEqual(30)
    expect(asked).toHaveLength(10)
    expect(new Set(asked.map(({ answer }) => answer)).size).toBe(10)
    expect(new Set(asked.map(({ q }) => q)).size).toBe(10)
    expect(asked.filter(({ answer }) => !byId.has(answer))).toEqual([])
    const fits = Object.entries(LANGUAGES).find(([each]) => each === language)?.[1]
    expect(fits?.(memories.map(({ content }) => content).join('\n'))).toBe(true)
    expect(fits?.(asked.map(({ q }) => q).join('\n'))).toBe(true)
  },
)

test('the fixture is about English, German, Arabic and Chinese', () => {
  expect(Object.keys(multilingual)).toEqual(['en', 'de', 'ar', 'zh'])
})
