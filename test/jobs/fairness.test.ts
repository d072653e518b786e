import { expect, test } from 'vitest'
import { findUnstarted } from '../../src/stores/jobs/jobs.ts'
import { ensureNamespace } from '../../src/stores/tenants.ts'
import { createApiFixture } from '../api/api-fixture.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'

const BURST = 60

async function post(memoir: TestMemoir, namespaceId: string, n: number): Promise<void> {
  const content = `I like tea number ${n} from Ceylon, and I moved to Lisbon in 2019.`
  await memoir.services.posts.accept({
    namespaceId,
    userId: `ann-${n}`,
    collection: '',
    turns: [{ position: 0, role: 'user', name: null, content, at: null }],
    metadata: {},
  })
}

const ended = async (memoir: TestMemoir, namespaceId: string) =>
  (
    await memoir.db.query(
      `select from memoir.job where namespace_id = $1 and kind = 'session' and finished_at is not null`,
      [namespaceId],
    )
  ).rowCount ?? 0

test.skipIf(!hasPostgres || !hasTemporal)(
  'one session of a namespace does not wait for all of another',
  { timeout: 240_000 },
  async () => {
    await using memoir = await createTestMemoir()
    const other = (await ensureNamespace(memoir.db, 'other'))?.id ?? ''
    for (let n = 0; n < BURST; n += 1) await post(memoir, memoir.namespaceId, n)
    const before = await ended(memoir, memoir.namespaceId)
    await post(memoir, other, 0)

    await expect
      .poll(async () => await ended(memoir, other), { timeout: 200_000, interval: 20 })
      .toBe(1)

    // By order of arrival it would be all of them.
    const meanwhile = (await ended(memoir, memoir.namespaceId)) - before
    expect(meanwhile).toBeLessThan((BURST - before) / 2)
  },
)

test.skipIf(!hasPostgres)('the sweep starts namespaces in turns', async () => {
  await using memoir = await createApiFixture()
  const mine: string[] = []
  for (const of of ['large', 'large', 'large', 'large', 'small', 'other', 'small']) {
    await memoir.namespace(of)
    mine.push(await memoir.job({ namespace: of, state: 'queued' }))
  }
  await memoir.db.query(`update memoir.job set created_at = now() - interval '1 minute'`)
  await memoir.db.query(
    `update memoir.job set created_at = created_at + make_interval(secs => array_position($1::uuid[], id))`,
    [mine],
  )

  const rows = await findUnstarted(memoir.db, { olderThanMs: 0, limit: 4 })

  expect(rows.map(({ id }) => mine.indexOf(id))).toEqual([0, 4, 5, 1])
})
