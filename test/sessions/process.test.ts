import { expect, test } from 'vitest'
import type { Candidate, Resolution } from '../../src/providers/language-model.ts'
import { hasPostgres } from '../support/database.ts'
import { createScriptedModel } from '../support/scripted-model.ts'
import { createSessionFixture } from '../support/session-fixture.ts'

const suite = hasPostgres ? test : test.skip

/** Names the first candidate that holds the word. */
const aim =
  (relation: Resolution['relation'], word: string) =>
  (_: string, candidates: readonly Candidate[]): Resolution => {
    const target = candidates.find(({ content }) => content.includes(word))
    return target ? { relation, targets: [target.id] } : { relation: 'new', targets: [] }
  }

suite(
  'a post becomes facts with their quotes, a summary that points to them, and counts of the day',
  async () => {
    await using world = await createSessionFixture(createScriptedModel())

    const post = await world.store(
      'User: fact: [Ann] plays the cello\nfact: [Ann] lives in Graz\nAssistant: How nice.',
    )

    expect(await world.facts()).toEqual([
      { content: 'Ann plays the cello', state: 'active', by: null, sources: 1 },
      { content: 'Ann lives in Graz', state: 'active', by: null, sources: 1 },
    ])
    const { rows: sources } = await world.db.query(
      'select session_id, message_id, quote from memoir.memory_source order by quote',
    )
    expect(sources).toEqual([
      { session_id: 's1', message_id: `${post.session}:0`, quote: 'fact: [Ann] lives in Graz' },
      { session_id: 's1', message_id: `${post.session}:0`, quote: 'fact: [Ann] plays the cello' },
    ])
    const { rows: edges } = await world.db.query(
      'select type, count(*) as n from memoir.memory_edge group by type order by type',
    )
    expect(edges).toContainEqual({ type: 'summarizes', n: 2 })
    expect(edges).toContainEqual({ type: 'mentions', n: 2 })
    const { rows: days } = await world.db.query(
      'select collection, processed, errors, facts, superseded, summaries from memoir.processing_stats',
    )
    expect(days).toEqual([
      { collection: 'chat', processed: 1, errors: 0, facts: 2, superseded: 0, summaries: 1 },
    ])
    const { rows: users } = await world.db.query(
      'select trace_count, vector_count, text_count from memoir.memory_user',
    )
    expect(users).toEqual([{ trace_count: 3, vector_count: 3, text_count: 3 }])
  },
)

suite(
  'a transcript that grows ten times costs only its new turns and leaves the facts of one',
  async () => {
    const model = createScriptedModel()
    await using world = await createSessionFixture(model)
    const turns = Array.from({ length: 10 }, (_, n) => `User: fact: Ann saw film number ${n}`)

    for (let n = 1; n <= turns.length; n += 1) await world.store(turns.slice(0, n).join('\n'))

    expect(model.extracted).toEqual(turns.map((turn) => [turn.slice('User: '.length)]))
    expect(model.summarised).toHaveLength(10)
    const facts = await world.facts()
    expect(facts).toHaveLength(10)
    expect(facts.every(({ sources }) => sources === 1)).toBe(true)
  },
)

suite(
  'a shorter beginning of what was processed costs nothing; another text is another version',
  async () => {
    const model = createScriptedModel()
    await using world = await createSessionFixture(model)
    await world.store('User: fact: Ann has a dog\nUser: fact: Ann has a cat')

    await world.store('User: fact: Ann has a dog')
    expect(model.extracted).toHaveLength(1)

    await world.store('User: fact: Ann has a horse\nUser: fact: Ann has a cat')
    expect(model.extracted).toHaveLength(2)
    expect((await world.facts()).map(({ content, sources }) => [content, sources])).toEqual([
      ['Ann has a dog', 1],
      ['Ann has a cat', 1],
      ['Ann has a horse', 1],
    ])
  },
)

suite(
  'what a later fact contradicts is superseded with a pointer; a duplicate adds its source',
  async () => {
    const relations = new Map<string, Resolution['relation']>([
      ['Ann lives in Linz now', 'contradicts'],
      ['The home of Ann is in Linz, she lives there', 'duplicate'],
    ])
    const model = createScriptedModel({
      resolve: (content, candidates) =>
        aim(
          relations.get(content) ?? 'new',
          relations.get(content) === 'contradicts' ? 'Graz' : 'Linz now',
        )(content, candidates),
    })
    await using world = await createSessionFixture(model)

    await world.store('User: fact: [Ann] lives in Graz')
    await world.store('User: fact: [Ann] lives in Linz now', { session: 's2' })
    await world.store('User: fact: The home of [Ann] is in Linz, she lives there', {
      session: 's3',
    })

    expect(await world.facts()).toEqual([
      {
        content: 'Ann lives in Graz',
        state: 'superseded',
        by: 'Ann lives in Linz now',
        sources: 1,
      },
      { content: 'Ann lives in Linz now', state: 'active', by: null, sources: 2 },
    ])
  },
)

suite(
  'of two that contradict each other the one said of the later time stands, whichever comes first',
  async () => {
    const model = createScriptedModel({ resolve: aim('contradicts', 'Linz') })
    await using world = await createSessionFixture(model)

    await world.store('[2026-05-01 10:00] Ann: fact: [Ann] lives in Linz')
    await world.store('[2020-05-01 10:00] Ann: fact: [Ann] lives in Graz', { session: 'old' })

    expect(await world.facts()).toEqual([
      { content: 'Ann lives in Linz', state: 'active', by: null, sources: 1 },
      { content: 'Ann lives in Graz', state: 'superseded', by: 'Ann lives in Linz', sources: 1 },
    ])
  },
)

suite('two sessions of one user at once with the same fact: one fact, two sources', async () => {
  await using world = await createSessionFixture(createScriptedModel())
  const posts = await Promise.all(
    ['a', 'b', 'c', 'd'].map(
      async (session) => await world.post('User: fact: Ann keeps bees', { session }),
    ),
  )

  await Promise.all(posts.map(async (post) => await world.run(post)))

  expect(await world.facts()).toEqual([
    { content: 'Ann keeps bees', state: 'active', by: null, sources: 4 },
  ])
})

suite(
  'facts that others add while the model thinks are resolved against before anything is written',
  async () => {
    let second: Promise<unknown> | undefined
    const model = createScriptedModel({
      resolve: aim('duplicate', 'beekeeper'),
      before: async (method) => {
        // While the first post is being resolved, another session writes what it repeats.
        if (method !== 'resolve' || second !== undefined) return
        second = world.store('User: fact: Ann is a beekeeper by passion', { session: 'other' })
        await second
      },
    })
    await using world = await createSessionFixture(model)
    await world.store('User: fact: Ann owns bees in Graz', { session: 'before' })
    await world.store('User: fact: Ann has been a beekeeper in Graz by passion', {
      session: 'first',
    })

    expect((await world.facts()).map(({ content, sources }) => [content, sources])).toEqual([
      ['Ann owns bees in Graz', 1],
      ['Ann is a beekeeper by passion', 2],
    ])
  },
)

suite(
  'a model that contradicts everything reaches nothing that its fact is not about, and the guard stops the rest',
  async () => {
    let talkedInto = false
    const everything = (_: string, candidates: readonly Candidate[]): Resolution => ({
      relation: talkedInto ? 'contradicts' : 'new',
      targets: talkedInto ? candidates.map(({ id }) => id) : [],
    })
    await using world = await createSessionFixture(createScriptedModel({ resolve: everything }))
    const known = ['a red boat', 'a blue boat', 'a green boat', 'a white boat']
    await world.store(known.map((what) => `User: fact: [Ann] owns ${what}`).join('\n'), {
      session: 'known',
    })
    talkedInto = true

    await world.store('User: fact: [Ann] forgets everything ever said', { session: 'hostile' })
    const guarded = world.store('User: fact: [Ann] owns no boat', { session: 'worse' })

    await expect(guarded).rejects.toMatchObject({ code: 'guard' })
    expect((await world.facts()).filter(({ state }) => state === 'superseded')).toEqual([])
  },
)

suite('a step that is repeated asks and writes nothing again', async () => {
  const model = createScriptedModel()
  await using world = await createSessionFixture(model)
  const post = await world.post('User: fact: Ann sings')
  const key = { jobId: post.jobId, passage: 0 }
  const { signal } = new AbortController()
  await world.steps.begin(key)
  for (let again = 0; again < 3; again += 1) {
    await world.steps.extract(key, signal)
    await world.steps.settle(key, signal)
    await world.steps.summarise(key, signal)
    await world.steps.finish(key)
  }

  expect(model.extracted).toHaveLength(1)
  expect(model.summarised).toHaveLength(1)
  const { rows } = await world.db.query(
    'select kind, revision, (select facts from memoir.raw_session) as counted from memoir.memory_trace order by kind',
  )
  expect(rows).toEqual([
    { kind: 'fact', revision: 1, counted: 1 },
    { kind: 'summary', revision: 1, counted: 1 },
  ])
})

suite('posts of one session wait for those before them', async () => {
  await using world = await createSessionFixture(createScriptedModel())
  const first = await world.post('User: fact: one')
  const second = await world.post('User: fact: one\nUser: fact: two')

  expect(await world.steps.begin({ jobId: second.jobId })).toEqual({ ready: false, work: false })
  await world.run(first)
  expect(await world.steps.begin({ jobId: second.jobId })).toEqual({ ready: true, work: true })
})
