import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../src/api/app.ts'
import { localAdmin } from '../../src/api/auth.ts'
import { answerOf, requestOf } from '../api/api-fixture.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir } from '../support/memoir.ts'

/** What comes in over HTTP, from the request to the memory, with the built-in model. */

const suite = hasPostgres && hasTemporal ? test : test.skip
const LONG = { timeout: 5 * 60_000 }

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/transcripts/${name}`, import.meta.url), 'utf8')

async function createWorld() {
  const memoir = await createTestMemoir()
  const app = createApp(memoir.services, { principal: localAdmin })
  const send = async (path: string, body: unknown) =>
    await answerOf(await app.request(path, requestOf({ body })))
  return {
    [Symbol.asyncDispose]: async () => await memoir[Symbol.asyncDispose](),
    send,
    async post(path: string, body: unknown) {
      const { status, json } = await send(path, body)
      expect([path, status]).toEqual([path, 202])
      await memoir.until(z.string().parse(json.job), 'succeeded')
    },
    async facts(user: string) {
      const { rows } = await memoir.db.query<{ content: string }>(
        `select t.content from memoir.memory_trace t join memoir.memory_user u on u.id = t.user_id
          where u.external_id = $1 and t.kind <> 'summary' order by t.seq`,
        [user],
      )
      return rows.map(({ content }) => content)
    },
    async context(user: string) {
      const { json } = await send('/v1/context', { user_id: user, q: 'Who is the user?' })
      return z.string().parse(json.context)
    },
  }
}

suite('of a phone chat that is posted the named speaker is the user', LONG, async () => {
  await using world = await createWorld()
  const transcript = fixture('phone-a.txt')
  await world.post('/v1/sessions', { user_id: 'none', transcript })
  expect(await world.facts('none')).toEqual([
    'Ottilie got the job at the aquarium!',
    expect.stringMatching(/^Ottilie.*Dr Sato/u),
    'Ottilie: Second line of the same message.',
    'Bram is allergic to fish.',
  ])
  for (const name of ['user_name', 'speaker']) {
    await world.post('/v1/sessions', { user_id: name, transcript, metadata: { [name]: 'Bram' } })
    const facts = await world.facts(name)
    expect(facts).toContain('The user is allergic to fish.')
    expect(facts.filter((fact) => /user/u.test(fact))).toHaveLength(1)
  }
})

suite('a part without text costs nothing on the path that clients call', LONG, async () => {
  await using world = await createWorld()
  await world.post('/api/memory/app/store_raw', JSON.parse(fixture('parts.json')))
  const facts = await world.facts('parts-1')
  expect(facts.join('\n')).toMatch(/Bodo[\s\S]*lactose/u)
  expect(facts.join('\n')).not.toMatch(/minus|weather|AAAA/iu)
  const broken = {
    session_data: [
      { role: 'user', content: 'a' },
      { role: 'user', content: 7 },
    ],
  }
  const { status, json } = await world.send('/api/memory/app/store_raw', broken)
  expect(status).toBe(400)
  expect(JSON.stringify(json)).toContain('session_data.1.content')
})

suite('what Memoir told is not remembered again, whichever path it comes on', LONG, async () => {
  await using world = await createWorld()
  const own = { role: 'user', content: 'I live in Graz and I am allergic to sesame.' }
  await world.post('/v1/memories', { user_id: 'loop', messages: [own] })
  const known = await world.facts('loop')
  expect(known).toHaveLength(2)
  const context = await world.context('loop')
  expect(context).toContain('[1]')
  const parcel = (n: number) => `${context}\n\nMy parcel number ${n} holds candles.`
  const told = (n: number) => [{ role: 'user', content: parcel(n) }]
  await world.post('/v1/memories', { user_id: 'loop', messages: told(1), infer: true })
  await world.post('/v1/sessions', { user_id: 'loop', transcript: told(2) })
  await world.post('/v1/sessions', { user_id: 'loop', transcript: `User: ${parcel(3)}` })
  const metadata = { user_id: 'loop' }
  await world.post('/api/memory/app/store_raw', { session_data: told(4), metadata })
  expect(await world.facts('loop')).toEqual([
    ...known,
    ...[1, 2, 3, 4].map((n) => `The user's parcel number ${n} holds candles.`),
  ])
  const only = await world.send('/v1/sessions', { user_id: 'loop', transcript: context })
  expect(only.status).toBe(400)
})
