import { describe, expect, test } from 'vitest'
import { retireOnce } from '../../src/memories/retire.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { findDisagreements } from '../support/ingest.ts'
import { createMemoriesFixture } from './memories-fixture.ts'

describe.skipIf(!hasPostgres || !hasTemporal)('retirement', () => {
  test('what expires is out of sight at once, then deleted, then gone for good', async () => {
    await using memoir = await createMemoriesFixture()
    const hour = 3_600_000
    const id = await memoir.remember('Parking spot is B7 in Berlin.', {
      expires_at: new Date(Date.now() + hour).toISOString(),
    })
    const stays = await memoir.remember('The car is red.')
    const shown = async (state = 'active') =>
      (await memoir.send(`/v1/memories?user_id=maya&state=${state}`)).json.items.map(
        (memory: { id: string }) => memory.id,
      )
    expect(await shown()).toEqual([stays, id])

    await memoir.db.query(
      `update memoir.memory_trace set expires_at = now() - interval '1 second' where id = $1`,
      [id],
    )
    expect(await shown()).toEqual([stays])
    expect(await retireOnce(memoir.db)).toEqual({ expired: 1, purged: 0 })
    expect(await shown('deleted')).toEqual([id])
    const restored = await memoir.send(`/v1/memories/${id}/restore`, { method: 'POST' })
    expect(restored.status).toBe(409)
    expect(await findDisagreements(memoir.db)).toEqual([])

    await memoir.db.query(
      `update memoir.memory_trace set deleted_at = now() - interval '31 days' where id = $1`,
      [id],
    )
    expect(await Promise.all([retireOnce(memoir.db), retireOnce(memoir.db)])).toContainEqual({
      expired: 0,
      purged: 1,
    })
    const { rows } = await memoir.db.query(
      `select id::text from memoir.memory_trace where id = $1 union all select value from memoir.entity`,
      [id],
    )
    expect(rows).toEqual([])
    expect((await memoir.send(`/v1/memories/${id}`)).status).toBe(404)
  }, 60_000)
})
