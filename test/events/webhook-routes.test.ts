import { expect, test } from 'vitest'
import { createApiFixture, type ApiFixture } from '../api/api-fixture.ts'
import { hasPostgres } from '../support/database.ts'
import { happen } from './delivery-world.ts'
import { fanOut } from '../../src/stores/events/deliveries.ts'
import { findBrokenAudit } from '../../src/stores/audit.ts'

const suite = hasPostgres ? test : test.skip
const ENV = { MEMOIR_ENCRYPTION_KEY: 'a key of a test, long enough' }
const open = async (env: Record<string, string> = ENV) => await createApiFixture({ env })

const make = async (memoir: ApiFixture, body: object, key?: string) =>
  await memoir.send('/v1/webhooks', {
    body: { url: 'https://example.com/hook', ...body },
    ...(key === undefined ? {} : { key }),
  })

suite('a secret is shown once, kept sealed, and each webhook has its own', async () => {
  await using memoir = await open()
  const one = await make(memoir, { types: ['job.failed'], description: 'for the pager' })
  const other = await make(memoir, {})
  expect(one.status).toBe(201)
  expect(one.json).toMatchObject({
    url: 'https://example.com/hook',
    types: ['job.failed'],
    user_id: null,
    include_content: false,
    description: 'for the pager',
    state: 'active',
    waiting: 0,
    parked: 0,
  })
  expect(one.json.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(other.json.secret).not.toBe(one.json.secret)
  const { json } = await memoir.send('/v1/webhooks')
  expect(json.items.map(({ id }: { id: string }) => id)).toEqual([other.json.id, one.json.id])
  expect(JSON.stringify(json)).not.toContain('secret')
  const { rows } = await memoir.db.query<{ secret: Buffer }>('select secret from memoir.webhook')
  for (const { secret } of rows) expect(secret.toString()).not.toContain('whsec')
  const audit = await memoir.db.query<{ action: string; details: object }>(
    'select action, details from memoir.audit_log order by seq',
  )
  expect(audit.rows.map(({ action }) => action)).toEqual(['webhook.create', 'webhook.create'])
  expect(await findBrokenAudit(memoir.db)).toBeNull()
})

suite('without an encryption key no secret can be kept, and that is said', async () => {
  await using memoir = await open({})
  const { status, json } = await make(memoir, {})
  expect([status, json.error.code]).toEqual([500, 'configuration_invalid'])
  expect(json.error.message).toContain('MEMOIR_ENCRYPTION_KEY')
})

suite('addresses and fields that cannot be are refused by name', async () => {
  await using memoir = await open()
  const refused: [object, string][] = [
    [{ url: 'http://example.com' }, 'url'],
    [{ url: 'https://127.0.0.1/x' }, 'url'],
    [{ url: 'https://localhost/x' }, 'url'],
    [{ url: 'https://169.254.169.254/latest' }, 'url'],
    [{ url: 'https://[::ffff:10.0.0.1]/x' }, 'url'],
    [{ url: 'ftp://example.com' }, 'url'],
    [{ url: 'https://a:b@example.com' }, 'url'],
    [{ url: 'nothing' }, 'url'],
    [{ types: ['memory.created', 'x'] }, 'types'],
    [{ types: [] }, 'types'],
    [{ include_content: 'yes' }, 'include_content'],
    [{ secret: 'mine' }, 'secret'],
  ]
  for (const [body, field] of refused) {
    const { status, json } = await make(memoir, body)
    expect([body, status, json.error.code]).toEqual([body, 400, 'invalid_request'])
    expect([body, json.error.message]).toEqual([body, expect.stringContaining(field)])
  }
  expect((await memoir.send('/v1/webhooks')).json.items).toEqual([])
})

suite('a namespace has fifty webhooks at most', async () => {
  await using memoir = await open()
  const statuses = await Promise.all(
    Array.from({ length: 52 }, async () => (await make(memoir, {})).status),
  )
  expect(statuses.filter((status) => status === 201)).toHaveLength(50)
  expect(statuses.filter((status) => status === 409)).toHaveLength(2)
  const first = (await memoir.send('/v1/webhooks?limit=30')).json
  const rest = (await memoir.send(`/v1/webhooks?limit=30&cursor=${first.next_cursor}`)).json
  expect([first.items.length, rest.items.length, rest.next_cursor]).toEqual([30, 20, null])
})

suite('a key of a user has webhooks of that user, and sees no other', async () => {
  await using memoir = await open()
  const ann = await memoir.key({ role: 'service', user: 'ann' })
  const { id: all } = (await make(memoir, {})).json
  const mine = (await make(memoir, {}, ann)).json
  expect(mine.user_id).toBe('ann')
  expect((await make(memoir, { user_id: 'bob' }, ann)).status).toBe(404)
  const list = await memoir.send('/v1/webhooks', { key: ann })
  expect(list.json.items).toEqual([expect.objectContaining({ id: mine.id })])
  const paths = [`/v1/webhooks/${all}/deliveries`, `/v1/webhooks/${all}/replay`]
  for (const path of paths) {
    const send = path.endsWith('replay') ? { key: ann, body: {} } : { key: ann }
    expect((await memoir.send(path, send)).status).toBe(404)
  }
  const gone = await memoir.send(`/v1/webhooks/${all}`, { method: 'DELETE', key: ann })
  expect(gone.status).toBe(404)

  const namespaceId = await memoir.namespace('default')
  await happen(memoir.db, { namespaceId, user: 'bob', count: 2 })
  await happen(memoir.db, { namespaceId, user: 'ann', count: 1 })
  await memoir.send('/v1/events')
  for (const id of [all, mine.id]) await fanOut(memoir.db, id)
  const deliveries = async (id: string) =>
    (await memoir.send(`/v1/webhooks/${id}/deliveries`)).json.items.map(
      ({ user_id }: { user_id: string }) => user_id,
    )
  expect(await deliveries(all)).toEqual(['ann', 'bob', 'bob'])
  expect(await deliveries(mine.id)).toEqual(['ann'])
})

suite('deliveries and replays take cursors of theirs and of events, and no others', async () => {
  await using memoir = await open()
  const { id } = (await make(memoir, {})).json
  const namespaceId = await memoir.namespace('default')
  const ids = await happen(memoir.db, { namespaceId, user: 'ann', count: 5 })
  const events = (await memoir.send('/v1/events')).json.items
  while (await fanOut(memoir.db, id)) await Promise.resolve()
  const page = async (query: string) =>
    (await memoir.send(`/v1/webhooks/${id}/deliveries?limit=3${query}`)).json
  const first = await page('')
  const second = await page(`&cursor=${first.next_cursor}`)
  expect([...first.items, ...second.items].map(({ event_id }) => event_id)).toEqual(
    events.map(({ id: event }: { id: string }) => event).toReversed(),
  )
  expect(second.next_cursor).toBeNull()
  expect(ids).toHaveLength(5)
  for (const cursor of ['x', 'WyItMSJd', '']) {
    const { status } = await memoir.send(`/v1/webhooks/${id}/replay`, { body: { cursor } })
    expect([cursor, status]).toEqual([cursor, 400])
  }
  // The cursor of an event asks for what comes after it, that of a delivery for itself too.
  for (const [cursor, left] of [
    [events[2].cursor, 3],
    [first.items.at(-1).cursor, 2],
  ]) {
    const { status } = await memoir.send(`/v1/webhooks/${id}/replay`, { body: { cursor } })
    expect(status).toBe(202)
    expect((await page('')).items).toHaveLength(left)
    while (await fanOut(memoir.db, id)) await Promise.resolve()
    expect([
      ...(await page('')).items,
      ...(await page(`&cursor=${first.next_cursor}`)).items,
    ]).toHaveLength(5)
  }
})
