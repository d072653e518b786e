import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { appendAudit, findBrokenAudit } from '../../src/stores/audit.ts'
import type { Database } from '../../src/stores/database.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'

async function append(db: Database, n: number): Promise<void> {
  await db.transaction(async (tx) => {
    await appendAudit(tx, {
      namespaceId: null,
      actor: 'admin',
      action: 'key.create',
      subject: randomUUID(),
      details: { role: 'reader', n, bound: false, a: null },
    })
  })
}

test.skipIf(!hasPostgres)('entries written at once still make one chain', async () => {
  await using test = await createTestDatabase()
  await Promise.all(Array.from({ length: 20 }, async (_, n) => await append(test.db, n)))

  const { rows } = await test.db.query<{ distinct: number; first: number }>(
    `select count(distinct previous_hash)::int as distinct, count(*) filter (where previous_hash is null)::int as first
       from memoir.audit_log`,
  )
  expect(rows).toEqual([{ distinct: 19, first: 1 }])
  expect(await findBrokenAudit(test.db)).toBeNull()
})

test.skipIf(!hasPostgres)(
  'an empty log is whole, and one longer than a read is walked',
  async () => {
    await using test = await createTestDatabase()
    expect(await findBrokenAudit(test.db)).toBeNull()
    await test.db.transaction(async (tx) => {
      for (let n = 0; n < 1_005; n += 1) {
        await appendAudit(tx, {
          namespaceId: null,
          actor: 'admin',
          action: 'x',
          subject: null,
          details: { n },
        })
      }
    })
    expect(await findBrokenAudit(test.db)).toBeNull()
    await test.db.query(`update memoir.audit_log set action = 'y' where seq = 1004`)
    expect(await findBrokenAudit(test.db)).toBe(1004)
  },
)

const changes = [
  [`set details = '{"n": 7}'`, 'details'],
  [`set actor = 'nobody'`, 'actor'],
  [`set action = 'key.revoke'`, 'action'],
  [`set subject = gen_random_uuid()`, 'subject'],
  [`set at = at - interval '1 day'`, 'time'],
  [`set previous_hash = null`, 'link'],
  [`set hash = sha256('x')`, 'hash'],
] as const

test.skipIf(!hasPostgres)('an entry that was changed shows', async () => {
  for (const [change, what] of changes) {
    await using test = await createTestDatabase()
    for (let n = 0; n < 4; n += 1) await append(test.db, n)
    await test.db.query(`update memoir.audit_log ${change} where seq = 3`)
    expect([what, await findBrokenAudit(test.db)]).toEqual([what, 3])
  }
})

test.skipIf(!hasPostgres)('an entry that was taken out shows', async () => {
  await using test = await createTestDatabase()
  for (let n = 0; n < 4; n += 1) await append(test.db, n)
  await test.db.query(`delete from memoir.audit_log where seq = 2`)
  expect(await findBrokenAudit(test.db)).toBe(3)
})
