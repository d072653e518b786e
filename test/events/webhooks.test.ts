import { expect, test, vi } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createDeliveryWorld, happen, memoriesOf, verify } from './delivery-world.ts'
import { createEndpoint } from './endpoint.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip
const WITHIN = { timeout: 60_000, interval: 50 }

suite(
  'an endpoint that is down, answers 500, then lives gets every event of each user once by id and in order',
  { timeout: 120_000 },
  async () => {
    await using world = await createDeliveryWorld({
      WEBHOOK_RETRY_SECONDS: '1'.concat(',1'.repeat(40)),
    })
    await using endpoint = await createEndpoint()
    const { db, namespaceId } = world.memoir
    const before = await happen(db, { namespaceId, user: 'ann', count: 1 })
    const { id, secret } = await world.hook(endpoint)
    await endpoint.down()
    const ann = await happen(db, { namespaceId, user: 'ann', count: 5 })
    const bob = await happen(db, { namespaceId, user: 'bob', count: 3 })
    await vi.waitUntil(async () => {
      const failed = await world.deliveries(id, '&state=retrying')
      return failed.length === 2 && failed.every(({ error }) => error === 'unreachable')
    }, WITHIN)
    endpoint.answer(500)
    await endpoint.up()
    await vi.waitUntil(() => endpoint.heard.length > 3, WITHIN)
    ann.push(...(await happen(db, { namespaceId, user: 'ann', count: 2 })))
    endpoint.answer(200)
    await vi.waitUntil(() => endpoint.accepted().length === 10, WITHIN)

    const accepted = endpoint.accepted()
    expect(memoriesOf(accepted, 'ann')).toEqual(ann)
    expect(memoriesOf(accepted, 'bob')).toEqual(bob)
    expect(memoriesOf(endpoint.heard, 'ann')).not.toContain(before[0])
    expect(new Set(accepted.map((one) => one.id)).size).toBe(10)
    for (const one of endpoint.heard) {
      expect(verify(secret, one)).toEqual(one.event)
      expect(one.id).toBe(one.event.id)
      expect(() => verify(`whsec_${Buffer.from('another').toString('base64')}`, one)).toThrow()
    }
    await vi.waitUntil(
      async () => (await world.deliveries(id, '&state=delivered')).length === 10,
      WITHIN,
    )
    const { json } = await world.ask('/v1/webhooks')
    expect(json.items).toEqual([expect.objectContaining({ id, waiting: 0, parked: 0 })])
    expect(JSON.stringify(json)).not.toContain('whsec')
  },
)

suite(
  'what fails as often as the schedule allows is parked with what it holds up; a replay delivers it',
  { timeout: 120_000 },
  async () => {
    await using world = await createDeliveryWorld({ WEBHOOK_RETRY_SECONDS: '1,1' })
    await using endpoint = await createEndpoint()
    const { db, namespaceId } = world.memoir
    const { id } = await world.hook(endpoint, { types: ['memory.created'] })
    endpoint.answer((response, { event }) => {
      response.writeHead(event.user_id === 'ann' ? 503 : 204).end()
    })
    const ann = await happen(db, { namespaceId, user: 'ann', count: 3 })
    await happen(db, { namespaceId, user: 'bob', count: 2 })
    const parked = await vi.waitUntil(async () => {
      const shown = await world.deliveries(id, '&state=parked')
      return shown.length === 3 ? shown : undefined
    }, WITHIN)
    expect(parked.map(({ attempts }) => attempts)).toEqual([0, 0, 3])
    expect(parked[2]).toMatchObject({ response_status: 503, error: 'status', user_id: 'ann' })
    // What comes later waits behind it, and other users are told.
    ann.push(...(await happen(db, { namespaceId, user: 'ann', count: 1 })))
    await happen(db, { namespaceId, user: 'bob', count: 1 })
    await vi.waitUntil(
      async () => (await world.deliveries(id, '&state=delivered')).length === 3,
      WITHIN,
    )
    expect((await world.deliveries(id, '&state=parked')).length).toBe(4)
    expect((await world.ask('/v1/webhooks')).json.items[0]).toMatchObject({ waiting: 4, parked: 4 })

    endpoint.answer(204)
    endpoint.heard.length = 0
    const replay = await world.ask(`/v1/webhooks/${id}/replay`, { body: {} })
    expect([replay.status, replay.json.parked]).toEqual([202, 0])
    await vi.waitUntil(() => endpoint.accepted().length === 4, WITHIN)
    expect(memoriesOf(endpoint.heard, 'ann')).toEqual(ann)

    // From the second of ann's: that and everything after it, of everybody, again.
    endpoint.heard.length = 0
    const cursor = parked[1]?.cursor
    await world.ask(`/v1/webhooks/${id}/replay`, { body: { cursor } })
    await vi.waitUntil(() => endpoint.accepted().length === 6, WITHIN)
    expect(memoriesOf(endpoint.heard, 'ann')).toEqual(ann.slice(1))
    expect(memoriesOf(endpoint.heard, 'bob')).toHaveLength(3)
  },
)

suite(
  'a replay from a later cursor gives up what is parked before it',
  { timeout: 120_000 },
  async () => {
    await using world = await createDeliveryWorld({ WEBHOOK_RETRY_SECONDS: '1' })
    await using endpoint = await createEndpoint()
    const { db, namespaceId } = world.memoir
    const { id } = await world.hook(endpoint)
    endpoint.answer(400)
    const [poison, after] = await happen(db, { namespaceId, user: 'ann', count: 2 })
    await vi.waitUntil(
      async () => (await world.deliveries(id, '&state=parked')).length === 2,
      WITHIN,
    )
    endpoint.answer(200)
    const { json } = await world.ask('/v1/events')
    await world.ask(`/v1/webhooks/${id}/replay`, { body: { cursor: json.items[0].cursor } })
    await vi.waitUntil(() => endpoint.accepted().length === 1, WITHIN)
    expect(memoriesOf(endpoint.accepted(), 'ann')).toEqual([after])
    expect(json.items[0].data.memory_id).toBe(poison)
    expect(await world.deliveries(id, '&state=skipped')).toHaveLength(1)
  },
)

suite(
  'endpoints that hang, redirect, answer without end or are gone',
  { timeout: 120_000 },
  async () => {
    await using world = await createDeliveryWorld({ WEBHOOK_RETRY_SECONDS: '1' })
    const [hangs, redirects, endless, gone, target] = await Promise.all(
      Array.from({ length: 5 }, createEndpoint),
    )
    if (!hangs || !redirects || !endless || !gone || !target) throw new Error('five were made')
    hangs.answer(() => undefined)
    redirects.answer((response) => {
      response.writeHead(307, { location: target.url }).end()
    })
    endless.answer((response) => {
      response.writeHead(200)
      response.on('error', () => undefined)
      const more = setInterval(() => response.write('x'.repeat(100_000)), 5)
      response.on('close', () => clearInterval(more))
    })
    gone.answer(410)
    const ids = await Promise.all(
      [hangs, redirects, endless, gone].map(async (one) => (await world.hook(one)).id),
    )
    const { db, namespaceId } = world.memoir
    await happen(db, { namespaceId, user: 'ann', count: 2 })
    const first = async (index: number) => (await world.deliveries(ids[index] ?? '')).at(-1)
    await vi.waitUntil(async () => (await first(0))?.state === 'parked', WITHIN)
    expect(await first(0)).toMatchObject({ error: 'timeout', response_status: null, attempts: 2 })
    await vi.waitUntil(async () => (await first(1))?.state === 'parked', WITHIN)
    expect(await first(1)).toMatchObject({ error: 'redirect', response_status: 307 })
    expect(target.heard).toEqual([])
    await vi.waitUntil(
      async () => (await world.deliveries(ids[2] ?? '', '&state=delivered')).length === 2,
      WITHIN,
    )
    await vi.waitUntil(async () => (await first(3))?.state === 'parked', WITHIN)
    const list = (await world.ask('/v1/webhooks')).json.items
    expect(list.find(({ id }: { id: string }) => id === ids[3])).toMatchObject({
      state: 'disabled',
      parked: 2,
    })
    const heard = gone.heard.length
    await happen(db, { namespaceId, user: 'bob', count: 1 })
    await vi.waitUntil(
      async () => (await world.deliveries(ids[2] ?? '', '&state=delivered')).length === 3,
      WITHIN,
    )
    expect([heard, gone.heard.length]).toEqual([1, 1])
    gone.answer(200)
    await world.ask(`/v1/webhooks/${ids[3] ?? ''}/replay`, { body: {} })
    await vi.waitUntil(() => gone.accepted().length === 3, WITHIN)
    await Promise.all(
      [hangs, redirects, endless, gone, target].map(async (one) => await one.down()),
    )
  },
)

suite(
  'an address that is not allowed any more is not connected to',
  { timeout: 60_000 },
  async () => {
    await using world = await createDeliveryWorld({ WEBHOOK_RETRY_SECONDS: '1' })
    await using endpoint = await createEndpoint()
    const { id } = await world.hook(endpoint)
    await world.memoir.restart({
      MEMOIR_ENCRYPTION_KEY: 'a key of a test, long enough',
      MEMOIR_ADMIN_KEY: 'an-admin-key-for-tests',
      MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'false',
    })
    const { db, namespaceId } = world.memoir
    await happen(db, { namespaceId, user: 'ann', count: 1 })
    await vi.waitUntil(async () => {
      const [delivery] = await world.deliveries(id)
      return delivery?.error === 'address_refused'
    }, WITHIN)
    expect(endpoint.heard).toEqual([])
  },
)

suite(
  'content goes along where it was asked for, as it is at that moment, and never what was deleted',
  { timeout: 60_000 },
  async () => {
    await using world = await createDeliveryWorld()
    await using endpoint = await createEndpoint()
    await using plain = await createEndpoint()
    await world.hook(endpoint, { include_content: true })
    await world.hook(plain)
    endpoint.answer(500)
    const wait = { prefer: 'wait=20' }
    const store = async (content: string) =>
      (await world.ask('/v1/memories', { body: { user_id: 'ann', content }, headers: wait })).json
        .id
    const tea = await store('Ann drinks green tea')
    await vi.waitUntil(() => endpoint.heard.length > 0, WITHIN)
    await world.ask(`/v1/memories/${tea}`, {
      method: 'PATCH',
      body: { content: 'Ann drinks white tea' },
      headers: wait,
    })
    const figs = await store('Ann eats figs')
    await world.ask(`/v1/memories/${figs}`, { method: 'DELETE', headers: wait })
    endpoint.answer(200)
    await vi.waitUntil(
      () => endpoint.accepted().some(({ event }) => event.type === 'memory.forgotten'),
      WITHIN,
    )
    const told = endpoint
      .accepted()
      .filter(({ event }) => event.type.startsWith('memory.'))
      .map(({ event }) => [event.type, event.data.memory_id, event.data.content])
    expect(told).toEqual([
      ['memory.created', tea, 'Ann drinks white tea'],
      ['memory.updated', tea, 'Ann drinks white tea'],
      ['memory.created', figs, undefined],
      ['memory.forgotten', figs, undefined],
    ])
    expect(JSON.stringify(plain.heard)).not.toMatch(/tea|figs/)
  },
)

suite(
  'of an erased user nothing is sent any more but that, even past what was parked',
  { timeout: 90_000 },
  async () => {
    await using world = await createDeliveryWorld({ WEBHOOK_RETRY_SECONDS: '1' })
    await using endpoint = await createEndpoint()
    const { id } = await world.hook(endpoint)
    const { db, namespaceId } = world.memoir
    const bound = await world.hook(endpoint, { user_id: 'ann' })
    endpoint.answer(500)
    await happen(db, { namespaceId, user: 'ann', count: 3 })
    await vi.waitUntil(
      async () => (await world.deliveries(id, '&state=parked')).length === 3,
      WITHIN,
    )
    endpoint.heard.length = 0
    endpoint.answer(200)
    const erasure = (await world.ask('/v1/users/ann', { method: 'DELETE' })).json.id
    await world.memoir.until(erasure, 'succeeded')
    await vi.waitUntil(
      () => endpoint.accepted().some(({ event }) => event.type === 'user.erased'),
      WITHIN,
    )
    const users = endpoint.accepted().filter(({ event }) => event.data.memory_id !== undefined)
    expect(users).toEqual([])
    const erased = endpoint.accepted().find(({ event }) => event.type === 'user.erased')
    expect(erased?.event.data).toEqual({ erasure_id: erasure })
    const { json } = await world.ask('/v1/events?types=user.erased,memory.created')
    expect(json.items).toEqual([expect.objectContaining({ type: 'user.erased', user_id: null })])
    expect((await world.ask(`/v1/webhooks/${bound.id}/deliveries`)).status).toBe(404)
  },
)

suite('a webhook that is deleted is sent nothing more', { timeout: 60_000 }, async () => {
  await using world = await createDeliveryWorld()
  await using endpoint = await createEndpoint()
  const { db, namespaceId } = world.memoir
  const { id } = await world.hook(endpoint)
  endpoint.answer(500)
  await happen(db, { namespaceId, user: 'ann', count: 1 })
  await vi.waitUntil(() => endpoint.heard.length > 0, WITHIN)
  expect((await world.ask(`/v1/webhooks/${id}`, { method: 'DELETE' })).status).toBe(204)
  expect((await world.ask(`/v1/webhooks/${id}`, { method: 'DELETE' })).status).toBe(404)
  const run = world.memoir.services.temporal.client.workflow.getHandle(`webhook:${id}`)
  await vi.waitUntil(async () => (await run.describe()).status.name === 'COMPLETED', WITHIN)
  expect(endpoint.accepted()).toEqual([])
})
