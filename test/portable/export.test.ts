import { afterEach, expect, test } from 'vitest'
import { createApiFixture, type ApiFixture } from '../api/api-fixture.ts'
import { hasPostgres } from '../support/database.ts'

const suite = hasPostgres ? test : test.skip

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
})

async function fixture(): Promise<ApiFixture> {
  const memoir = await createApiFixture()
  open.push(memoir)
  return memoir
}

type Line = Record<string, unknown> & { readonly type: string }
const linesOf = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

async function exported(memoir: ApiFixture, key?: string): Promise<Line[]> {
  const answer = await memoir.send('/v1/users/maya/export', key === undefined ? {} : { key })
  expect(answer.status).toBe(200)
  return linesOf(answer.text)
}

suite('an export holds what was remembered, and says that it is whole', async () => {
  const memoir = await fixture()
  const body = {
    user_id: 'maya',
    content: 'Maya keeps bees in Graz.',
    external_id: 'bees',
    scope: 'work',
    metadata: { place: 'roof' },
    occurred_at: '2026-03-01T09:00:00.000Z',
  }
  await memoir.send('/v1/memories', { body })

  const lines = await exported(memoir)

  expect(lines.map(({ type }) => type)).toEqual(['export', 'memory', 'end'])
  expect(lines[1]).toMatchObject(body)
})

suite('a key that is bound to scopes takes along what lies in them', async () => {
  const memoir = await fixture()
  for (const scope of ['work', 'personal']) {
    await memoir.send('/v1/memories', { body: { user_id: 'maya', content: `in ${scope}`, scope } })
  }
  const key = await memoir.key({ role: 'service', scopes: ['work'] })

  const lines = await exported(memoir, key)

  expect(lines.map(({ type, scope }) => scope ?? type)).toEqual(['export', 'work', 'end'])
})

suite('nobody of that name, or somebody who was erased, is not found', async () => {
  const memoir = await fixture()
  await memoir.send('/v1/memories', { body: { user_id: 'maya', content: 'something' } })
  await memoir.send('/v1/users/maya', { method: 'DELETE' })

  for (const name of ['nobody', 'maya']) {
    expect((await memoir.send(`/v1/users/${name}/export`)).status).toBe(404)
  }
})
