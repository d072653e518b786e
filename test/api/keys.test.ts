import { randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { findBrokenAudit } from '../../src/stores/audit.ts'
import { hasPostgres } from '../support/database.ts'
import { ADMIN_KEY, createApiFixture } from './api-fixture.ts'

test.skipIf(!hasPostgres)('a key is shown once, works, and is stored as a hash only', async () => {
  await using memoir = await createApiFixture()

  const made = await memoir.send('/v1/keys', { body: { name: 'chat app', role: 'service' } })

  expect(made.status).toBe(201)
  const { key, id } = made.json
  expect(made.json).toEqual({
    id,
    key: expect.stringMatching(/^mk_[\w-]{43}$/),
    name: 'chat app',
    role: 'service',
    namespace: 'default',
    user_id: null,
    readable_users: [],
    scopes: null,
    expires_at: null,
  })
  expect((await memoir.send('/v1/users', { key })).status).toBe(200)
  const listed = await memoir.send('/v1/keys')
  expect(listed.json.items).toEqual([expect.objectContaining({ id, prefix: key.slice(0, 9) })])
  expect(listed.text).not.toContain(key)
  const { rows } = await memoir.db.query('select * from memoir.api_key')
  expect(JSON.stringify(rows)).not.toContain(key)
})

test.skipIf(!hasPostgres)('a key may be bound to a user, to scopes and to a time', async () => {
  await using memoir = await createApiFixture()
  const expires_at = new Date(Date.now() + 3_600_000).toISOString()
  const wanted = { name: 'phone', role: 'reader', user_id: 'ann', scopes: ['work'], expires_at }

  const { json } = await memoir.send('/v1/keys', { body: wanted })

  expect(json).toMatchObject(wanted)
  const listed = await memoir.send('/v1/keys')
  expect(listed.json.items).toEqual([
    expect.objectContaining({ user_id: 'ann', scopes: ['work'], expires_at, last_used_at: null }),
  ])
})

test.skipIf(!hasPostgres)(
  'a revoked key, an expired one and one of an erased user end',
  async () => {
    await using memoir = await createApiFixture()
    const { json } = await memoir.send('/v1/keys', { body: { name: 'x', role: 'reader' } })
    const expired = await memoir.key({ role: 'admin', expiresAt: new Date(Date.now() - 1_000) })
    const erased = await memoir.key({ role: 'reader', user: 'ann' })
    expect((await memoir.send('/v1/jobs', { key: erased })).status).toBe(200)
    await memoir.db.query('update memoir.memory_user set erased_at = now()')

    const revoked = await memoir.send(`/v1/keys/${json.id}`, { method: 'DELETE' })

    expect([revoked.status, revoked.text]).toEqual([204, ''])
    for (const key of [json.key, expired, erased]) {
      expect((await memoir.send('/v1/jobs', { key })).status).toBe(401)
    }
    expect((await memoir.send(`/v1/keys/${json.id}`, { method: 'DELETE' })).status).toBe(404)
    expect((await memoir.send(`/v1/keys/${randomUUID()}`, { method: 'DELETE' })).status).toBe(404)
  },
)

test.skipIf(!hasPostgres)('a key for a new namespace makes the namespace', async () => {
  await using memoir = await createApiFixture()
  const headers = { 'memoir-namespace': 'acme' }
  const before = await memoir.send('/v1/users', { headers })
  expect([before.status, before.json.error.details.field]).toEqual([404, 'Memoir-Namespace'])

  const { json } = await memoir.send('/v1/keys', {
    body: { name: 'x', role: 'service', namespace: 'acme', user_id: 'ann' },
  })

  expect(json.namespace).toBe('acme')
  const users = await memoir.send('/v1/users', { headers })
  expect(users.json.items).toEqual([expect.objectContaining({ user_id: 'ann', memories: 0 })])
  expect((await memoir.send('/v1/users')).json.items).toEqual([])
  expect((await memoir.send('/v1/keys')).json.items).toEqual([])
  expect((await memoir.send('/v1/keys', { headers })).json.items).toHaveLength(1)
  // A key's own namespace may be named, too.
  expect((await memoir.send('/v1/users', { key: json.key, headers })).status).toBe(200)
})

test.skipIf(!hasPostgres)('a namespace cannot end the keys of another', async () => {
  await using memoir = await createApiFixture()
  await memoir.key({ role: 'reader', namespace: 'acme' })
  const { rows } = await memoir.db.query<{ id: string }>('select id from memoir.api_key')

  const answer = await memoir.send(`/v1/keys/${rows[0]?.id}`, { method: 'DELETE' })

  expect(answer.status).toBe(404)
})

test.skipIf(!hasPostgres)('a key that contradicts itself is refused by its field', async () => {
  await using memoir = await createApiFixture()
  const key = { name: 'x', role: 'reader' }
  for (const [body, field] of [
    [{ role: 'reader' }, 'name'],
    [{ ...key, role: 'root' }, 'role'],
    [{ ...key, role: 'admin', user_id: 'ann' }, 'user_id'],
    [{ ...key, role: 'admin', scopes: ['work'] }, 'scopes'],
    [{ ...key, role: 'admin', namespace: 'acme' }, 'namespace'],
    [{ ...key, namespace: 'No Such' }, 'namespace'],
    [{ ...key, scopes: [] }, 'scopes'],
    [{ ...key, expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    [{ ...key, key: 'mk_mine' }, 'key'],
  ] as const) {
    const answer = await memoir.send('/v1/keys', { body })
    expect([answer.status, answer.json.error.details.field]).toEqual([400, field])
  }
  const repeated = await memoir.send('/v1/keys', {
    body: key,
    headers: { 'idempotency-key': 'k' },
  })
  expect([repeated.status, repeated.json.error.details.field]).toEqual([400, 'Idempotency-Key'])
  expect((await memoir.send('/v1/keys')).json.items).toEqual([])
})

test.skipIf(!hasPostgres)('who made and ended a key stands in an unbroken audit log', async () => {
  await using memoir = await createApiFixture()
  const { json } = await memoir.send('/v1/keys', { body: { name: 'x', role: 'admin' } })
  await memoir.send(`/v1/keys/${json.id}`, { method: 'DELETE', key: json.key })

  const { rows } = await memoir.db.query(
    'select actor, action, subject, details from memoir.audit_log order by seq',
  )
  expect(rows).toEqual([
    {
      actor: 'admin',
      action: 'key.create',
      subject: json.id,
      details: { role: 'admin', bound: false, expires_at: null },
    },
    { actor: json.id, action: 'key.revoke', subject: json.id, details: {} },
  ])
  expect(await findBrokenAudit(memoir.db)).toBeNull()
})

test.skipIf(!hasPostgres)(
  'the use of a key is noted once a minute, and nobody waits for it',
  async () => {
    await using memoir = await createApiFixture()
    const key = await memoir.key({ role: 'reader' })
    const lastUsed = async () => {
      const { rows } = await memoir.db.query<{ at: Date | null }>(
        'select last_used_at as at from memoir.api_key',
      )
      return rows[0]?.at?.toISOString()
    }
    const query = vi.spyOn(memoir.db, 'query')
    const touches = () =>
      query.mock.calls.filter(([sql]) => sql.includes('set last_used_at = now()\n')).length

    await memoir.send('/v1/users', { key })
    await expect.poll(lastUsed).toBeDefined()
    const noted = await lastUsed()
    await memoir.send('/v1/users', { key })
    await memoir.send('/v1/users', { key })

    expect(touches()).toBe(1)
    expect(await lastUsed()).toBe(noted)
    await memoir.db.query(`update memoir.api_key set last_used_at = now() - interval '2 minutes'`)
    await memoir.send('/v1/users', { key })
    await expect.poll(touches).toBe(2)
  },
)

test.skipIf(!hasPostgres)(
  'with auth off only this machine asks, and pages of this server',
  async () => {
    await using memoir = await createApiFixture({
      env: { MEMOIR_AUTH: 'off', CORS_ORIGINS: 'https://app.example' },
    })
    const ask = async (headers: Record<string, string>) =>
      (await memoir.send('/v1/keys', { key: null, headers })).status

    expect(await ask({})).toBe(200)
    expect(await ask({ host: 'localhost:8080' })).toBe(200)
    expect(await ask({ host: '127.0.0.1:8080', origin: 'http://127.0.0.1:8080' })).toBe(200)
    expect(await ask({ host: '[::1]:8080', origin: 'https://app.example' })).toBe(200)
    expect(await ask({ host: 'evil.example' })).toBe(403)
    expect(await ask({ host: 'localhost.evil.example' })).toBe(403)
    expect(await ask({ host: '127.0.0.1:8080', origin: 'https://evil.example' })).toBe(403)
    expect(await ask({ host: '127.0.0.1:8080', origin: 'null' })).toBe(403)
  },
)

test.skipIf(!hasPostgres)('without a configured key no header makes an administrator', async () => {
  await using memoir = await createApiFixture({ env: { MEMOIR_ADMIN_KEY: '' } })
  expect((await memoir.send('/v1/keys', { key: ADMIN_KEY })).status).toBe(401)
  expect((await memoir.send('/v1/keys', { key: null })).status).toBe(401)
  const key = await memoir.key({ role: 'admin' })
  expect((await memoir.send('/v1/keys', { key })).status).toBe(200)
  const basic = { authorization: `Basic ${key}` }
  expect((await memoir.send('/v1/keys', { key: null, headers: basic })).status).toBe(401)
})
