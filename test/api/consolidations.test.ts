import { expect, test } from 'vitest'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture } from './api-fixture.ts'

/** Nothing listens at Temporal's address here: what is accepted waits in its row. */

const PATH = '/v1/consolidations'
const day = { user_id: 'ann', day: '2026-03-01' }

test.skipIf(!hasPostgres)(
  'a day of a user is accepted once, and another request for it is refused with its job',
  async () => {
    await using memoir = await createApiFixture()
    await memoir.user('ann')
    const first = await memoir.send(PATH, { body: day })
    const again = await memoir.send(PATH, { body: day })
    const dry = await memoir.send(PATH, { body: { ...day, dry_run: true } })
    expect(first.status).toBe(202)
    expect(first.json).toMatchObject({ status: 'queued', id: first.json.job })
    expect(again.json.job).toBe(first.json.job)
    expect(dry.status).toBe(409)
    expect(dry.json.error.details).toEqual({ job: first.json.job, kind: 'consolidate' })
    const { json } = await memoir.send(`${PATH}/${first.json.id}`)
    expect(json).toMatchObject({
      ...day,
      job: first.json.job,
      state: 'planning',
      dry_run: false,
      plan: null,
      guard: null,
      applied: null,
      undone_at: null,
    })
  },
)

test.skipIf(!hasPostgres)(
  'every day that is due is one request, at the path that clients call already too',
  async () => {
    await using memoir = await createApiFixture()
    const first = await memoir.send(PATH, { body: {} })
    const other = await memoir.send('/memory/consolidate', { body: { unknown: 'field' } })
    expect([first.status, other.status]).toEqual([202, 202])
    expect(other.json.job).toBe(first.json.job)
    const { json } = await memoir.send(`${PATH}/${first.json.id}`)
    expect(json).toMatchObject({ user_id: null, day: null, state: 'planning', runs: [] })
  },
)

test.skipIf(!hasPostgres)('what cannot be is refused by its field, or as not there', async () => {
  await using memoir = await createApiFixture()
  await memoir.user('ann')
  const { json } = await memoir.send(PATH, { body: { ...day, day: '2026-02-30' } })
  expect(json.error).toMatchObject({ code: 'invalid_request', details: { field: 'day' } })
  expect((await memoir.send(PATH, { body: { ...day, more: 1 } })).status).toBe(400)
  expect((await memoir.send(PATH, { body: { ...day, user_id: 'nobody' } })).status).toBe(404)
  const { json: accepted } = await memoir.send(PATH, { body: day })
  const undo = await memoir.send(`${PATH}/${accepted.id}/undo`, { method: 'POST' })
  expect(undo.status).toBe(409)
  const nobody = '0199f3a4-7c3e-7c52-9d0e-6a1f4b7c2d10'
  expect((await memoir.send(`${PATH}/${nobody}`)).status).toBe(404)
})

test.skipIf(!hasPostgres)('the same key and body are the same job', async () => {
  await using memoir = await createApiFixture()
  const headers = { 'idempotency-key': 'night-1' }
  const first = await memoir.send(PATH, { body: {}, headers })
  await memoir.db.query(`update memoir.job set state = 'succeeded'`)
  const again = await memoir.send(PATH, { body: {}, headers })
  expect(again.json).toEqual(first.json)
  expect((await memoir.send(PATH, { body: { dry_run: true }, headers })).status).toBe(409)
})
