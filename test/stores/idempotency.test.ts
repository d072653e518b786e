import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Database } from '../../src/stores/database.ts'
import {
  claimKey,
  deleteExpiredKeys,
  keepAnswer,
  releaseKey,
  type Claim,
} from '../../src/stores/idempotency.ts'
import { ensureNamespace } from '../../src/stores/tenants.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'

const bodyHash = (body: string) => createHash('sha256').update(body).digest()
const BODY = bodyHash('body')
const ANSWER = { status: 202, body: { job: 'j-1' } }

async function keyOf(db: Database, { namespace = 'default', route = 'POST /x', key = 'k' } = {}) {
  return { namespaceId: (await ensureNamespace(db, namespace))?.id ?? '', route, key }
}

async function claim(db: Database, key: Awaited<ReturnType<typeof keyOf>>): Promise<Claim> {
  const claimed = await claimKey(db, key, BODY)
  if (claimed.kind !== 'ours') throw new Error(`not ours: ${claimed.kind}`)
  return claimed.claim
}

test.skipIf(!hasPostgres)(
  'of many at once one gets the key, the others wait their turn',
  async () => {
    await using test = await createTestDatabase()
    const key = await keyOf(test.db)

    const kinds = (
      await Promise.all(Array.from({ length: 8 }, async () => await claimKey(test.db, key, BODY)))
    ).map(({ kind }) => kind)

    expect(kinds.toSorted()).toEqual(['ours', ...Array.from({ length: 7 }, () => 'running')])
  },
)

test.skipIf(!hasPostgres)('an answer is kept for its body, and for no other', async () => {
  await using test = await createTestDatabase()
  const key = await keyOf(test.db)
  expect(await keepAnswer(test.db, await claim(test.db, key), ANSWER)).toBe(true)

  expect(await claimKey(test.db, key, BODY)).toEqual({ kind: 'done', answer: ANSWER })
  expect(await claimKey(test.db, key, bodyHash('other'))).toEqual({ kind: 'other_body' })
})

test.skipIf(!hasPostgres)('namespaces, routes and keys are apart', async () => {
  await using test = await createTestDatabase()
  const keys = [
    await keyOf(test.db),
    await keyOf(test.db, { namespace: 'acme' }),
    await keyOf(test.db, { route: 'POST /y' }),
    await keyOf(test.db, { key: 'l' }),
  ]
  for (const key of keys) expect((await claimKey(test.db, key, BODY)).kind).toBe('ours')
})

test.skipIf(!hasPostgres)('a released key may be used again, with any body', async () => {
  await using test = await createTestDatabase()
  const key = await keyOf(test.db)
  await releaseKey(test.db, await claim(test.db, key))

  expect((await claimKey(test.db, key, bodyHash('other'))).kind).toBe('ours')
})

test.skipIf(!hasPostgres)(
  'a claim that was left behind is taken over, and who lost it cannot answer any more',
  async () => {
    await using test = await createTestDatabase()
    const key = await keyOf(test.db)
    await claim(test.db, key)
    await age(test.db, '119 seconds')
    expect((await claimKey(test.db, key, BODY)).kind).toBe('running')
    await age(test.db, '2 seconds')
    expect((await claimKey(test.db, key, bodyHash('other'))).kind).toBe('other_body')
    const { rows } = await test.db.query<{ since: string }>(
      'select created_at::text as since from memoir.idempotency_key',
    )
    const lost = { ...key, since: rows[0]?.since ?? '' }

    const taken = await claim(test.db, key)

    expect(await keepAnswer(test.db, lost, { status: 500, body: {} })).toBe(false)
    await releaseKey(test.db, lost)
    expect((await claimKey(test.db, key, BODY)).kind).toBe('running')
    expect(await keepAnswer(test.db, taken, ANSWER)).toBe(true)
    await age(test.db, '1 hour')
    expect(await claimKey(test.db, key, BODY)).toEqual({ kind: 'done', answer: ANSWER })
  },
)

test.skipIf(!hasPostgres)('after a day an answer is forgotten, and its row goes', async () => {
  await using test = await createTestDatabase()
  const key = await keyOf(test.db)
  await keepAnswer(test.db, await claim(test.db, key), ANSWER)
  for (const name of ['a', 'b', 'c']) await claim(test.db, await keyOf(test.db, { key: name }))
  const { rows } = await test.db.query<{ hours: number }>(
    `select extract(epoch from expires_at - created_at)::float / 3600 as hours from memoir.idempotency_key`,
  )
  expect(rows.map(({ hours }) => hours)).toEqual([24, 24, 24, 24])
  await test.db.query(
    `update memoir.idempotency_key set expires_at = now() - interval '1 second' where key <> 'c'`,
  )

  expect((await claimKey(test.db, key, bodyHash('other'))).kind).toBe('ours')
  expect(await deleteExpiredKeys(test.db, 1)).toBe(1)
  expect(await deleteExpiredKeys(test.db, 10)).toBe(1)
  expect(await deleteExpiredKeys(test.db, 10)).toBe(0)
})

async function age(db: Database, by: string): Promise<void> {
  await db.query(
    `update memoir.idempotency_key set created_at = created_at - $1::interval, expires_at = expires_at - $1::interval`,
    [by],
  )
}
