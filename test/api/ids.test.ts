import { expect, test } from 'vitest'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture, type ApiFixture } from './api-fixture.ts'

const A = '01a22db5-99da-75ec-82f4-c6740b92f2bc'
const B = '01a22db5-99da-75ec-82f4-c6740b92f2bd'
const C = '01a3ffff-0000-7000-8000-000000000000'

async function remember(memoir: ApiFixture, id: string, user: string, scope = 'personal') {
  await memoir.db.query(
    `insert into memoir.memory_trace (id, user_id, kind, scope, content, content_hash, occurred_at)
     values ($1, $2, 'message', $3, 'x', 'x', now())`,
    [id, await memoir.user(user), scope],
  )
}

test.skipIf(!hasPostgres)('ids are found by how they begin, with or without dashes', async () => {
  await using memoir = await createApiFixture()
  await remember(memoir, A, 'ann')
  await remember(memoir, B, 'ann', 'work')
  await remember(memoir, C, 'bob')
  const of = async (prefix: string, key?: string) =>
    (await memoir.send(`/v1/ids?of=memory&prefix=${prefix}`, key === undefined ? {} : { key })).json

  expect(await of('01a3')).toEqual({ ids: [C], more: false })
  expect(await of('01A22DB599DA')).toEqual({ ids: [A, B], more: false })
  expect(await of('01a')).toEqual({ ids: [A, B, C], more: false })
  expect(await of(A)).toEqual({ ids: [A], more: false })
  for (const none of ['02', 'zebra', `${A}0`, '-']) expect((await of(none)).ids).toEqual([])

  const ann = await memoir.key({ role: 'reader', user: 'ann' })
  expect((await of('01a', ann)).ids).toEqual([A, B])
  const work = await memoir.key({ role: 'reader', scopes: ['work'] })
  expect((await of('01a', work)).ids).toEqual([B])
  await memoir.namespace('acme')
  const foreign = await memoir.key({ role: 'reader', namespace: 'acme' })
  expect((await of('01a', foreign)).ids).toEqual([])
})

test.skipIf(!hasPostgres)(
  'ids of jobs are within reach; more than ten are not listed',
  async () => {
    await using memoir = await createApiFixture()
    const first = await memoir.job({ user: 'ann' })
    for (let more = 0; more < 11; more += 1) await memoir.job({ user: 'bob' })
    const send = async (prefix: string, key?: string) =>
      (await memoir.send(`/v1/ids?of=job&prefix=${prefix}`, key === undefined ? {} : { key })).json

    expect(await send(first)).toEqual({ ids: [first], more: false })
    const ann = await memoir.key({ role: 'reader', user: 'ann' })
    expect((await send(first.slice(0, 1), ann)).ids).toEqual([first])
    const scoped = await memoir.key({ role: 'reader', scopes: ['work'] })
    expect(await send(first, scoped)).toEqual({ ids: [], more: false })
    expect((await memoir.send('/v1/ids?of=job&prefix=')).json.error.details.field).toBe('prefix')
    expect((await memoir.send('/v1/ids?of=key&prefix=0')).json.error.details.field).toBe('of')
  },
)

test.skipIf(!hasPostgres)('one user is shown with their counts; nobody else is found', async () => {
  await using memoir = await createApiFixture()
  await remember(memoir, A, 'ann', 'work')
  expect((await memoir.send('/v1/users/ann')).json).toMatchObject({ user_id: 'ann' })
  expect((await memoir.send('/v1/users/an')).status).toBe(404)
  const bob = await memoir.key({ role: 'reader', user: 'bob' })
  expect((await memoir.send('/v1/users/ann', { key: bob })).status).toBe(404)
  const home = await memoir.key({ role: 'reader', scopes: ['home'] })
  expect((await memoir.send('/v1/users/ann', { key: home })).status).toBe(404)
  const work = await memoir.key({ role: 'reader', scopes: ['work'] })
  expect((await memoir.send('/v1/users/ann', { key: work })).json).toMatchObject({ memories: 1 })
})
