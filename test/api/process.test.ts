import { expect, test, vi } from 'vitest'
import { MemoirError } from '../../src/errors.ts'
import { VERSION } from '../../src/version.ts'
import { hasPostgres } from '../support/database.ts'
import { createApiFixture } from './api-fixture.ts'

test.skipIf(!hasPostgres)('health names each part; only Postgres is needed', async () => {
  await using memoir = await createApiFixture()
  const ask = async () => await memoir.send('/health/ready', { key: null })

  expect(await ask()).toMatchObject({ status: 200, json: { status: 'ready', degraded: [] } })
  memoir.health['temporal'] = { ok: false, detail: 'Temporal does not answer' }
  const degraded = await ask()
  memoir.health['postgres'] = { ok: false, detail: 'Postgres does not answer' }
  const away = await ask()

  expect(degraded).toMatchObject({
    status: 200,
    json: {
      status: 'degraded',
      degraded: ['temporal'],
      parts: {
        temporal: { ok: false, detail: 'Temporal does not answer' },
        postgres: { ok: true },
      },
    },
  })
  expect(away.status).toBe(503)
  expect(away.json).toMatchObject({ status: 'unavailable', degraded: ['postgres', 'temporal'] })
  expect(Number(away.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await memoir.send('/health/live', { key: null })).toMatchObject({ status: 200 })
})

test.skipIf(!hasPostgres)('the version is that of the package', async () => {
  await using memoir = await createApiFixture()
  expect((await memoir.send('/version', { key: null })).json).toEqual({ version: VERSION })
})

test.skipIf(!hasPostgres)('metrics count requests by pattern, never by path', async () => {
  await using memoir = await createApiFixture()
  const id = await memoir.job()
  await memoir.send(`/v1/jobs/${id}`)
  await memoir.send('/v1/jobs/nothing')
  await memoir.send('/made/up/path')
  await memoir.send('/another', { method: 'MADEUP' })

  const { text, headers } = await memoir.send('/metrics')

  expect(headers.get('content-type')).toMatch(/^text\/plain/)
  const series = text
    .split('\n')
    .filter((line) => line.startsWith('memoir_http_request_seconds_count'))
  expect(series).toContain(
    'memoir_http_request_seconds_count{route="/v1/jobs/:id",method="GET",status="200"} 1',
  )
  expect(series).toContain(
    'memoir_http_request_seconds_count{route="/v1/jobs/:id",method="GET",status="400"} 1',
  )
  expect(series).toContain(
    'memoir_http_request_seconds_count{route="none",method="none",status="404"} 2',
  )
  expect(text).not.toContain(id)
  expect(text).not.toContain('made')
})

test.skipIf(!hasPostgres)('metrics are told while Postgres is away', async () => {
  await using memoir = await createApiFixture()
  await memoir.send('/metrics')
  vi.spyOn(memoir.db, 'query').mockRejectedValue(
    new MemoirError('store_unavailable', 'Postgres does not answer.'),
  )

  const { status, text } = await memoir.send('/metrics')

  expect(status).toBe(200)
  expect(text).toContain('memoir_job_oldest_pending_seconds')
})

test.skipIf(!hasPostgres)(
  'pages load only what this server has, under a strict policy',
  async () => {
    await using memoir = await createApiFixture()
    for (const path of ['/', '/docs']) {
      const { status, headers, text } = await memoir.send(path, { key: null })
      expect([path, status, headers.get('content-type')]).toEqual([
        path,
        200,
        'text/html; charset=utf-8',
      ])
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toContain('unsafe')
      expect(text).not.toMatch(/<style|style=|<script>|\son[a-z]+=/)
      const links = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '')
      expect(links.length).toBeGreaterThan(1)
      for (const link of links.filter((one) => one !== 'data:,')) {
        expect(link).toMatch(/^\/(?!\/)/)
        const { status } = await memoir.send(link, { key: null })
        expect([link, status]).toEqual([link, 200])
      }
    }
    for (const path of ['/', '/docs', '/docs/start.js', '/v1/jobs', '/nowhere']) {
      const { headers } = await memoir.send(path, { key: null })
      const said = [headers.get('strict-transport-security'), headers.get('x-frame-options')]
      expect([path, ...said]).toEqual([path, null, 'DENY'])
    }
    expect((await memoir.send('/docs/../package.json', { key: null })).status).toBe(404)
  },
)

test.skipIf(!hasPostgres)('answers tell browsers to trust nothing and keep nothing', async () => {
  await using memoir = await createApiFixture()
  const { headers } = await memoir.send('/v1/jobs')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('x-frame-options')).toBe('DENY')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('access-control-allow-origin')).toBeNull()
})

test.skipIf(!hasPostgres)('pages of other origins may ask when they are configured', async () => {
  await using memoir = await createApiFixture({ env: { CORS_ORIGINS: 'https://app.example' } })
  const ask = async (origin: string) =>
    await memoir.send('/v1/backfills', {
      method: 'OPTIONS',
      key: null,
      headers: { origin, 'access-control-request-method': 'POST' },
    })

  const allowed = await ask('https://app.example')
  const other = await ask('https://evil.example')

  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example')
  expect(allowed.headers.get('access-control-allow-headers')).toContain('Authorization')
  expect(other.headers.get('access-control-allow-origin')).toBeNull()
})

test.skipIf(!hasPostgres)(
  'the API describes itself, with a summary for every operation',
  async () => {
    await using memoir = await createApiFixture()
    const { json } = await memoir.send('/openapi.json', { key: null })
    expect(json).toMatchObject({ openapi: '3.1.0', info: { title: 'Memoir', version: VERSION } })
    expect(json.components.securitySchemes).toEqual({ key: { type: 'http', scheme: 'bearer' } })
    const operations = Object.values<object>(json.paths).flatMap((item) => Object.values(item))
    expect(operations.length).toBeGreaterThan(15)
    for (const operation of operations) {
      expect(operation.summary).toMatch(/^[A-Z].{8,}[^.]$/)
      expect(operation.operationId).toMatch(/^[a-z]\w+$/)
      if (operation.security) expect(Object.keys(operation.responses)).toContain('401')
    }
  },
)
