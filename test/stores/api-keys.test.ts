import { randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  findGrant,
  insertKey,
  listKeys,
  revokeKey,
  secretHash,
  touchKey,
  type NewApiKey,
} from '../../src/stores/api-keys.ts'
import type { Database } from '../../src/stores/database.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { ensureNamespace } from '../../src/stores/tenants.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'

async function insert(db: Database, over: Partial<NewApiKey> = {}): Promise<NewApiKey> {
  const key: NewApiKey = {
    id: randomUUID(),
    namespaceId: (await ensureNamespace(db, 'default'))?.id ?? null,
    name: 'k',
    role: 'reader',
    hash: secretHash(randomBytes(8).toString('hex')),
    prefix: 'mk_',
    userId: null,
    readableUserIds: [],
    scopes: null,
    expiresAt: null,
    ...over,
  }
  await insertKey(db, key)
  return key
}

test.skipIf(!hasPostgres)('a grant says what a key reaches', async () => {
  await using test = await createTestDatabase()
  const acme = (await ensureNamespace(test.db, 'acme'))?.id ?? ''
  const userId = (await ensureUsers(test.db, acme, ['ann'])).get('ann') ?? ''
  const key = await insert(test.db, { namespaceId: acme, userId, scopes: ['work'] })
  const admin = await insert(test.db, { namespaceId: null, role: 'admin' })

  expect(await findGrant(test.db, key.hash)).toEqual({
    id: key.id,
    role: 'reader',
    namespaceId: acme,
    namespace: 'acme',
    userId,
    externalUserId: 'ann',
    readableUsers: [],
    scopes: ['work'],
    untouched: true,
  })
  expect(await findGrant(test.db, admin.hash)).toMatchObject({ role: 'admin', namespaceId: null })
  expect(await findGrant(test.db, secretHash('mk_unknown'))).toBeNull()
})

test.skipIf(!hasPostgres)('a key ends when it is revoked, expired or its user erased', async () => {
  await using test = await createTestDatabase()
  const namespaceId = (await ensureNamespace(test.db, 'default'))?.id ?? ''
  const userId = (await ensureUsers(test.db, namespaceId, ['ann'])).get('ann') ?? ''
  const revoked = await insert(test.db)
  const expired = await insert(test.db, { expiresAt: new Date(Date.now() - 1) })
  const erased = await insert(test.db, { userId })
  const alive = await insert(test.db, { expiresAt: new Date(Date.now() + 60_000) })

  expect(
    await revokeKey(test.db, { everywhere: true, namespaceId: randomUUID(), id: revoked.id }),
  ).toBe(false)
  expect(await revokeKey(test.db, { everywhere: true, namespaceId, id: revoked.id })).toBe(true)
  expect(await revokeKey(test.db, { everywhere: true, namespaceId, id: revoked.id })).toBe(false)
  await test.db.query('update memoir.memory_user set erased_at = now()')

  for (const key of [revoked, expired, erased]) {
    expect(await findGrant(test.db, key.hash)).toBeNull()
  }
  expect(await findGrant(test.db, alive.hash)).not.toBeNull()
})

test.skipIf(!hasPostgres)('a touch within a minute of another changes nothing', async () => {
  await using test = await createTestDatabase()
  const key = await insert(test.db)
  const lastUsed = async () => {
    const { rows } = await test.db.query<{ at: string }>(
      'select last_used_at::text as at from memoir.api_key',
    )
    return rows[0]?.at
  }
  await touchKey(test.db, key.id)
  const first = await lastUsed()
  expect((await findGrant(test.db, key.hash))?.untouched).toBe(false)
  await touchKey(test.db, key.id)

  expect(await lastUsed()).toBe(first)
  await test.db.query(`update memoir.api_key set last_used_at = now() - interval '61 seconds'`)
  expect((await findGrant(test.db, key.hash))?.untouched).toBe(true)
  await touchKey(test.db, key.id)
  expect((await findGrant(test.db, key.hash))?.untouched).toBe(false)
})

test.skipIf(!hasPostgres)('keys are listed newest first, without those of others', async () => {
  await using test = await createTestDatabase()
  const acme = (await ensureNamespace(test.db, 'acme'))?.id ?? ''
  const ids: string[] = []
  for (let n = 0; n < 3; n += 1) ids.push((await insert(test.db, { namespaceId: acme })).id)
  const admin = await insert(test.db, { namespaceId: null, role: 'admin' })
  await insert(test.db)

  const one = await listKeys(test.db, { everywhere: true, namespaceId: acme, limit: 3 })
  const two = await listKeys(test.db, {
    everywhere: true,
    namespaceId: acme,
    limit: 3,
    cursor: one.next_cursor ?? '',
  })

  expect([...one.items, ...two.items].map(({ id }) => id)).toEqual([admin.id, ...ids.toReversed()])
  expect(two.next_cursor).toBeNull()
})
