import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../src/api/app.ts'
import { ADMIN_KEY } from '../api/api-fixture.ts'
import { answeredBy, type Ask } from '../support/ask.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'

const SAID = 'I am allergic to walnuts. My sister Liv is a pilot.'
/** The same clause in other surroundings, and in another spelling of itself. */
const SURROUNDED = [
  'By the way, I am allergic to walnuts. My sister Liv is a pilot.',
  "Please remember that I'm allergic to walnuts and my sister Liv is a pilot.",
  'Hello! My sister Liv is a pilot; I AM allergic to walnuts, as you know.',
]

const suite = hasPostgres && hasTemporal ? describe : describe.skip

suite('what was forgotten', () => {
  let memoir: TestMemoir
  let ask: Ask
  let users = 0

  beforeAll(async () => {
    memoir = await createTestMemoir({ MEMOIR_ADMIN_KEY: ADMIN_KEY, NARRATIVE_MIN_MEMORIES: '1' })
    ask = answeredBy(createApp(memoir.services))
  }, 240_000)
  afterAll(async () => {
    await memoir[Symbol.asyncDispose]()
  })

  interface Someone {
    readonly name: string
    post(session: string, ...turns: string[]): Promise<number>
    /** The fact about walnuts. */
    fact(): Promise<string>
  }

  function someone(): Someone {
    users += 1
    const name = `user-${users}`
    return {
      name,
      async post(session, ...turns) {
        const said = turns.map((content) => ({ role: 'user', content }))
        const transcript = [...said, { role: 'assistant', content: 'Noted.' }]
        const { status, json } = await ask('/v1/sessions', {
          body: { user_id: name, session_id: session, transcript },
        })
        if (status === 202) await memoir.until(json.job, 'succeeded')
        return status
      },
      async fact() {
        const { json } = await ask(`/v1/memories?user_id=${name}&kinds=fact`)
        const items: { id: string; content: string }[] = json.items
        return items.find(({ content }) => content.includes('walnuts'))?.id ?? ''
      },
    }
  }

  /** Every answer in which a user could read it again. */
  async function answersAbout({ name }: Someone, sessions: readonly string[]): Promise<string> {
    const regenerated = await ask(`/v1/narratives/${name}/regenerate`, { body: {} })
    if (regenerated.status === 202) {
      await memoir.until(regenerated.json.id ?? regenerated.json.job, 'succeeded')
    }
    const answers = [
      await ask('/v1/recall', { body: { user_id: name, q: 'walnuts', k: 20 } }),
      await ask(`/v1/memories?user_id=${name}`),
      await ask('/v1/context', { body: { user_id: name, q: 'walnuts', max_tokens: 2000 } }),
      await ask(`/v1/narratives/${name}`),
      ...(await Promise.all(
        sessions.map(async (id) => await ask(`/v1/sessions/${id}?user_id=${name}`)),
      )),
      await ask('/mcp/tool/call', {
        body: { name: 'ask_memory', arguments: { question: 'What is my allergy?', user_id: name } },
      }),
      await ask('/mcp/tool/call', {
        body: {
          name: 'jean_memory',
          arguments: { user_message: 'walnuts', is_new_conversation: true, user_id: name },
        },
      }),
    ]
    return JSON.stringify(answers.map(({ json }) => json))
  }

  const ways = {
    forget: async (id: string) => await ask('/v1/forget', { body: { id } }),
    soft: async (id: string) => await ask(`/v1/memories/${id}`, { method: 'DELETE' }),
    hard: async (id: string) => await ask(`/v1/memories/${id}?hard=true`, { method: 'DELETE' }),
  }

  for (const [way, remove] of Object.entries(ways)) {
    test(`(${way}) is told by nothing that is made of the same words in another session`, async () => {
      const who = someone()
      expect(await who.post('s1', SAID)).toBe(202)
      const { json } = await ask(`/v1/memories?user_id=${who.name}&kinds=summary`)
      expect((await remove(await who.fact())).status).toBeLessThan(300)
      if (way !== 'forget') await remove(json.items[0].id)

      expect(await who.post('s2', SAID)).toBe(202)
      for (const [n, other] of SURROUNDED.entries()) {
        expect(await who.post(`s3-${n}`, other)).toBe(202)
      }
      const answers = await answersAbout(who, ['s2', 's3-0', 's3-1', 's3-2'])
      // Where it is told: the whole of the answers would drown it.
      expect(answers.match(/.{0,300}allergic to walnuts.{0,100}/iu)?.[0]).toBeUndefined()
      expect(answers.includes('Liv')).toBe(true)
    }, 240_000)
  }

  test('comes back when somebody remembers the same words, and what they were found in with it', async () => {
    const who = someone()
    await who.post('s1', SAID)
    expect(await ways.forget(await who.fact())).toMatchObject({ status: 200 })
    await who.post('s2', SAID)
    expect(await who.fact()).toBe('')
    await ask('/v1/memories', { body: { user_id: who.name, content: 'I am allergic to walnuts.' } })
    await who.post('s3', SAID)
    expect(await who.fact()).not.toBe('')
  }, 240_000)

  test('comes back when the deleted fact is restored', async () => {
    const who = someone()
    await who.post('s1', SAID)
    const id = await who.fact()
    await ways.soft(id)
    await ask(`/v1/memories/${id}/restore`, { method: 'POST' })
    await who.post('s2', SAID)
    const { json } = await ask(`/v1/sessions/s2?user_id=${who.name}`)
    expect(json.summary).toContain('walnuts')
  }, 240_000)
})
