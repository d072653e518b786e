import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../src/api/app.ts'
import { localAdmin } from '../../src/api/auth.ts'
import { answerOf, requestOf } from '../api/api-fixture.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir } from '../support/memoir.ts'

/** What the built-in model makes of posts, from the request to the memory. */

const suite = hasPostgres && hasTemporal ? test : test.skip
const LONG = { timeout: 5 * 60_000 }

const turns = z.array(z.object({ role: z.string(), content: z.string() }))
type Turns = z.infer<typeof turns>

const read = <T>(name: string, schema: z.ZodType<T>): T =>
  schema.parse(
    JSON.parse(readFileSync(new URL(`../fixtures/statements/${name}`, import.meta.url), 'utf8')),
  )

const said = (content: string): Turns => [
  { role: 'user', content },
  { role: 'assistant', content: 'Noted.' },
]

async function createWorld() {
  const memoir = await createTestMemoir()
  const app = createApp(memoir.services, { principal: localAdmin })
  let posted = 0
  return {
    [Symbol.asyncDispose]: async () => await memoir[Symbol.asyncDispose](),
    post: async (userId: string, transcript: Turns) => {
      posted += 1
      const timestamp = new Date(Date.UTC(2026, 2 * posted, 9)).toISOString()
      const body = {
        user_id: userId,
        session_id: `s${posted}`,
        transcript,
        metadata: { timestamp },
      }
      const { json } = await answerOf(await app.request('/v1/sessions', requestOf({ body })))
      await memoir.until(z.string().parse(json.job), 'succeeded')
    },
    context: async (userId: string, q: string) => {
      const body = { user_id: userId, q, max_tokens: 500 }
      const { json } = await answerOf(await app.request('/v1/context', requestOf({ body })))
      return z.string().parse(json.context)
    },
    memories: async (userId: string) =>
      (
        await memoir.db.query<{ content: string; kind: string; state: string }>(
          `select t.content, t.kind, t.state from memoir.memory_trace t join memoir.memory_user u on u.id = t.user_id
            where u.external_id = $1 order by t.seq`,
          [userId],
        )
      ).rows,
  }
}

const short = z.array(
  z.object({
    user_id: z.string(),
    transcript: turns.optional(),
    transcripts: z.array(turns).optional(),
    expected: z.array(z.string()).optional(),
    expected_current: z.array(z.string()).optional(),
    expected_superseded: z.array(z.string()).optional(),
  }),
)

suite(
  'one short English sentence is a fact of the user, and a later home takes the place of an earlier',
  LONG,
  async () => {
    await using world = await createWorld()
    const siblings: z.infer<typeof short> = [
      {
        user_id: 'a',
        transcript: said("I'm allergic to peanuts."),
        expected: ['allergic to peanuts'],
      },
      {
        user_id: 'b',
        transcript: said('My name is João Pereira.'),
        expected: ["user's name is João"],
      },
      {
        user_id: 'c',
        transcript: [{ role: 'user', content: 'I love Barcelona.' }],
        expected: ['loves Barcelona'],
      },
      {
        user_id: 'd',
        transcripts: [said('I work at Siemens.'), said('I left my keys.')],
        expected_current: ['works at Siemens', 'left their keys'],
      },
      {
        user_id: 'e',
        transcripts: [
          said('I live in Graz and I have two cats.'),
          said('I moved to Oslo last month.'),
        ],
        expected_current: ['moved to Oslo', 'has two cats'],
        expected_superseded: ['lives in Graz'],
      },
    ]
    for (const one of [...read('short-english.json', short), ...siblings]) {
      for (const transcript of one.transcripts ?? [one.transcript ?? []]) {
        await world.post(one.user_id, transcript)
      }
      const facts = (await world.memories(one.user_id)).filter(({ kind }) => kind === 'fact')
      for (const { content } of facts) expect(content).toMatch(/^The user/u)
      const states = (words: string) =>
        facts.filter(({ content }) => content.includes(words)).map(({ state }) => state)
      for (const words of [...(one.expected ?? []), ...(one.expected_current ?? [])]) {
        expect([words, states(words)]).toEqual([words, ['active']])
      }
      for (const words of one.expected_superseded ?? []) {
        expect([words, states(words)]).toEqual([words, ['superseded']])
      }
    }
  },
)

suite(
  'in German, Spanish and French a later home takes the place of an earlier too',
  LONG,
  async () => {
    await using world = await createWorld()
    for (const [user, before, after] of [
      ['de', 'Ich wohne in Berlin.', 'Ich bin nach Hamburg gezogen.'],
      ['es', 'Vivo en Madrid.', 'Me mudé a Sevilla.'],
      ['fr', "J'habite à Lyon.", "J'ai déménagé à Nantes."],
      ['zh', '我住在北京。', '我搬到上海了。'],
    ] as const) {
      await world.post(user, said(before))
      await world.post(user, said(after))
      const facts = (await world.memories(user)).filter(({ kind }) => kind === 'fact')
      expect(facts).toMatchObject([
        { content: `User: ${before}`, state: 'superseded' },
        { content: `User: ${after}`, state: 'active' },
      ])
    }
  },
)

suite("Memoir's own context that comes back adds nothing", LONG, async () => {
  await using world = await createWorld()
  const [first, , rounds] = read(
    'own-context.json',
    z.array(
      z.object({ body: z.object({ user_id: z.string(), transcript: turns.optional() }).loose() }),
    ),
  )
  const blocks: readonly ((context: string) => string)[] = [
    (context) => rounds?.body.transcript?.[0]?.content.replace('{context}', () => context) ?? '',
    (context) => `${context.replaceAll(/^/gmu, '    ')}\n\nMy parcel number {n} holds candles.`,
    (context) => `${context.replaceAll(/^/gmu, '> ')}\n\nMy parcel number {n} holds candles.`,
    (context) => `${context.replace('</memories>', '')}\n\nMy parcel number {n} holds candles.`,
    (context) => `"${context}" My parcel number {n} holds candles.`,
    (context) =>
      `<context><notes>\n${context}\n</notes></context>\nMy parcel number {n} holds candles.`,
  ]
  await world.post('loop-1', first?.body.transcript ?? [])
  const known = (await world.memories('loop-1')).filter(({ kind }) => kind === 'fact')
  expect(known.map(({ content }) => content)).toEqual([
    "The user's name is Tobias.",
    'The user lives in Graz.',
    'The user is allergic to sesame.',
  ])
  for (const [at, block] of blocks.entries()) {
    const context = await world.context('loop-1', 'Who is the user?')
    expect(context).toContain('<memories>')
    await world.post('loop-1', said(block(context).replace('{n}', String(at + 1))))
  }
  const facts = (await world.memories('loop-1')).filter(({ kind }) => kind === 'fact')
  expect(facts).toEqual([
    ...known,
    ...blocks.map((_, at) => ({
      content: `The user's parcel number ${at + 1} holds candles.`,
      kind: 'fact',
      state: 'active',
    })),
  ])
})

suite('nothing is said of the user that others said', LONG, async () => {
  await using world = await createWorld()
  const words = z.array(
    z.object({
      user_id: z.string(),
      transcript: turns,
      never: z.array(z.string()),
      may: z.array(z.string()).optional(),
    }),
  )
  const never = ['diabetic', 'Whitby', 'Agnes', '82']
  const letter = 'My name is Agnes Poole. I am 82 and I live alone in Whitby. I am diabetic.'
  const siblings: z.infer<typeof words> = [
    { user_id: 'a', transcript: said(`Fasse das zusammen:\n${letter}`), never },
    { user_id: 'b', transcript: said(`„${letter}“ – das schrieb eine Kundin.`), never },
    { user_id: 'c', transcript: said(`Résume ce texte : ${letter}`), never },
    {
      user_id: 'd',
      transcript: said(`${letter}\n\nCan you translate the text above into Spanish?`),
      never,
    },
    {
      user_id: 'e',
      transcript: said(`\`\`\`\n${letter}\n\`\`\`\nWhat is wrong with this?`),
      never,
    },
    { user_id: 'f', transcript: said(`Pretend to be my doctor. ${letter}`), never },
  ]
  for (const one of [...read('other-peoples-words.json', words), ...siblings]) {
    await world.post(one.user_id, one.transcript)
    const made = (await world.memories(one.user_id)).filter(({ kind }) => kind === 'fact')
    for (const { content } of made) {
      for (const unsaid of one.never)
        expect(content.toLowerCase()).not.toContain(unsaid.toLowerCase())
    }
  }
})
