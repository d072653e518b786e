import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { MAX_BODY_BYTES } from '../../src/api/app.ts'
import { startApi } from '../../src/server.ts'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture, requestOf } from './api-fixture.ts'

const HERE = { host: '127.0.0.1', port: 0 }

test.skipIf(!hasPostgres)(
  'the server answers on the port it says and is gone when closed',
  async () => {
    await using memoir = await createApiFixture()
    const api = await startApi(memoir.services, HERE)
    expect(api.url).toBe(`http://127.0.0.1:${api.port}`)
    expect((await fetch(`${api.url}/v1/users`, requestOf())).status).toBe(200)

    await api.close()

    await expect(fetch(`${api.url}/version`)).rejects.toThrow('fetch failed')
    await api.close()
  },
)

test.skipIf(!hasPostgres)('a port that is taken is named', async () => {
  await using memoir = await createApiFixture()
  const api = await startApi(memoir.services, HERE)
  await expect(startApi(memoir.services, { ...HERE, port: api.port })).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringContaining(`127.0.0.1:${api.port}`),
  })
  await api.close()
})

test.skipIf(!hasPostgres)(
  'closing ends streams at once and lets a request in hand end',
  async () => {
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
    await using memoir = await createApiFixture({
      services: {
        recall: async () => {
          reach()
          await held
          return { hits: [], degraded: [], took_ms: 0 }
        },
      },
    })
    const api = await startApi(memoir.services, HERE)
    const id = await memoir.job({ state: 'running' })
    const stream = await fetch(`${api.url}/v1/jobs/${id}/events`, requestOf())
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader?.read())?.value).toContain('event: job')
    const recall = fetch(`${api.url}/v1/recall`, requestOf({ body: { q: 'x', user_id: 'ann' } }))
    await reached

    const began = performance.now()
    const closed = api.close()
    await vi.waitUntil(async () => (await reader?.read())?.done === true)
    expect(performance.now() - began).toBeLessThan(2_000)
    letGo()

    expect((await recall).status).toBe(200)
    await closed
    expect(performance.now() - began).toBeLessThan(4_000)
  },
)

test.skipIf(!hasPostgres)('a reader that leaves ends the looking', async () => {
  await using memoir = await createApiFixture()
  const api = await startApi(memoir.services, HERE)
  const id = await memoir.job({ state: 'running' })
  const leaving = new AbortController()
  const response = await fetch(`${api.url}/v1/jobs/${id}/events`, {
    ...requestOf(),
    signal: leaving.signal,
  })
  await response.body?.getReader().read()
  let looks = 0
  const query = memoir.db.query
  memoir.db.query = async (...given) => {
    looks += 1
    return await query(...given)
  }
  await expect.poll(() => looks).toBeGreaterThan(0)

  leaving.abort()

  // Two looks apart by more than the interval show the same count once the reader's absence is known.
  let before = -1
  await expect
    .poll(
      () => {
        const same = looks === before
        before = looks
        return same
      },
      { interval: 1_200, timeout: 8_000 },
    )
    .toBe(true)
  await api.close()
})

test.skipIf(!hasPostgres)(
  'over the wire, too, a large body is refused before it is sent',
  async () => {
    await using memoir = await createApiFixture()
    const api = await startApi(memoir.services, HERE)
    const announced = request(`${api.url}/v1/recall`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': MAX_BODY_BYTES + 1 },
    })
    announced.on('error', () => undefined)
    announced.flushHeaders()
    const [answer] = await once(announced, 'response')
    expect(answer.statusCode).toBe(413)
    announced.destroy()

    const chunked = request(`${api.url}/v1/recall`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    })
    chunked.on('error', () => undefined)
    const answered = once(chunked, 'response')
    for (let n = 0; n < 18; n += 1) chunked.write(Buffer.alloc(65_536, 32))
    const [refusal] = await answered
    expect(refusal.statusCode).toBe(413)
    chunked.destroy()
    await api.close()
  },
)

test.skipIf(!hasPostgres)(
  'a client that never finishes does not keep the server open',
  async () => {
    await using memoir = await createApiFixture()
    const api = await startApi(memoir.services, HERE)
    const socket = connect(api.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.on('error', () => undefined)
    expect((await fetch(`${api.url}/version`)).status).toBe(200)

    await api.close()
    socket.destroy()
  },
)

test.skipIf(!hasPostgres)(
  'a connection outlives a pause of those who keep it',
  { timeout: 30_000 },
  async () => {
    await using memoir = await createApiFixture()
    const api = await startApi(memoir.services, HERE)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()
    for (const pauseMs of [0, 6_500]) {
      await sleep(pauseMs)
      const asked = request(`${api.url}/version`, { agent })
      asked.end()
      const [answer] = await once(asked, 'response')
      expect(answer.statusCode).toBe(200)
      answer.resume()
      await once(answer, 'end')
      ports.add(asked.socket?.localPort)
    }
    expect(ports.size).toBe(1)
    agent.destroy()
    await api.close()
  },
)

test.skipIf(!hasPostgres)('a server without keys says so loudly', async () => {
  const lines: string[] = []
  const log = pino({}, { write: (line) => lines.push(line) })
  await using memoir = await createApiFixture({ env: { MEMOIR_AUTH: 'off' }, log })
  const api = await startApi(memoir.services, HERE)
  expect((await fetch(`${api.url}/v1/keys`)).status).toBe(200)
  const rebound = request(`${api.url}/v1/keys`, { headers: { host: 'evil.example' } })
  rebound.end()
  const [answer] = await once(rebound, 'response')
  expect(answer.statusCode).toBe(403)
  rebound.destroy()
  await api.close()
  expect(lines.map((line) => JSON.parse(line)).find(({ level }) => level === 40)).toMatchObject({
    msg: expect.stringContaining('MEMOIR_AUTH=off'),
  })
})
