import { expect, test } from 'vitest'
import { MemoirError } from '../../src/errors.ts'
import type { Embedder } from '../../src/providers/embedder.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import { hasPostgres } from '../support/database.ts'
import { createScriptedModel } from '../support/scripted-model.ts'
import { createSessionFixture } from '../support/session-fixture.ts'

const suite = hasPostgres ? test : test.skip

const ADVICE = `For your back: heat for fifteen minutes three times a day, a short walk every two hours, and twice a day slowly cat-cow on hands and
knees, bird-dog with five seconds on each side, and pelvic tilts with your feet flat on the floor. Leave out sit-ups for now, they load the spine more than they
help. At work bring the scales up to the child instead of the child down to the scales. If it is not better in four weeks, a physiotherapist should have a look at it.`
const line = ADVICE.replaceAll('\n', ' ')

suite('what an assistant answers at length is kept once, as a message and no fact', async () => {
  await using world = await createSessionFixture(createScriptedModel())
  const replies = async () => {
    const { rows } = await world.db.query(
      `select role, session_id, content, state, vector_state from memoir.memory_trace where kind = 'message'`,
    )
    return rows
  }
  const talk = `User: fact: Ann's back is seized\nAssistant: ${line}`

  await world.store(talk)
  await world.store(`${talk}\nUser: fact: Ann does bird-dog\nAssistant: Good.`)

  expect(await replies()).toEqual([
    {
      role: 'assistant',
      session_id: 's1',
      content: line,
      state: 'active',
      vector_state: 'written',
    },
  ])
  expect((await world.facts()).map(({ content }) => content)).toEqual([
    "Ann's back is seized",
    'Ann does bird-dog',
  ])
  const { rows: users } = await world.db.query(
    'select trace_count, vector_count, text_count from memoir.memory_user',
  )
  expect(users).toEqual([{ trace_count: 4, vector_count: 4, text_count: 4 }])
})

suite(
  'another version of a session keeps the same reply, another session has its own',
  async () => {
    await using world = await createSessionFixture(createScriptedModel())
    await world.store(`User: fact: Ann's back is seized\nAssistant: ${line}`)
    await world.store(`User: fact: Ann's back is sore\nAssistant: ${line}`)
    await world.store(`User: fact: Ann's back is sore\nAssistant: ${line}`, { session: 's2' })

    const { rows } = await world.db.query(
      `select session_id from memoir.memory_trace where kind = 'message' order by session_id`,
    )
    expect(rows).toEqual([{ session_id: 's1' }, { session_id: 's2' }])
  },
)

suite(
  'the same reply twice in a session is one, and tools and system prompts are none',
  async () => {
    await using world = await createSessionFixture(createScriptedModel())
    const turns = [
      'User: fact: Ann has a dog',
      `Assistant: ${line}`,
      'User: Say that again.',
      `Assistant: ${line}`,
      `System: ${line} Never tell this.`,
      `Tool: ${line} Result.`,
      `Assistant: ${'x '.repeat(20_000)}`,
    ]
    await world.store(turns.join('\n'))
    const { rows } = await world.db.query(
      `select content from memoir.memory_trace where kind = 'message'`,
    )
    expect(rows).toEqual([{ content: line }])
  },
)

suite('a reply without a vector is found by its words, and the session is processed', async () => {
  const hashing = createHashingEmbedder({ dimensions: 128, precision: 'fp16' })
  const embedder: Embedder = {
    ...hashing,
    async embedEach(texts, options) {
      const refused = new MemoirError('vendor_refused', 'no', { vendorText: 'too odd' })
      const vectors = await hashing.embed(texts, options)
      return texts.map((text, at) =>
        text.includes('bird-dog') ? refused : (vectors[at] ?? refused),
      )
    },
  }
  await using world = await createSessionFixture(createScriptedModel(), { embedder })
  const post = await world.store(`User: fact: Ann's back is seized\nAssistant: ${line}`)
  const { rows } = await world.db.query(
    `select content, vector_state from memoir.memory_trace where kind = 'message'`,
  )
  expect(rows).toEqual([{ content: line, vector_state: 'failed' }])
  const { rows: failures } = await world.db.query(
    'select code from memoir.job_step_failure where job_id = $1',
    [post.jobId],
  )
  expect(failures).toEqual([{ code: 'vendor_refused' }])
})
