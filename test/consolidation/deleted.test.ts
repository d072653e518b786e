import { describe, expect, test } from 'vitest'
import { createMemories } from '../../src/memories/service.ts'
import { createConsolidationFixture } from '../support/consolidation-fixture.ts'
import { hasPostgres } from '../support/database.ts'
import { DAY_OF_IT, YESTERDAY, find } from './days.ts'

describe.skipIf(!hasPostgres)('what a day was made of', () => {
  for (const hard of [false, true]) {
    test(`and is deleted ${hard ? 'for good' : 'and can be restored'} leaves with the summary that tells it, which is made again without it`, async () => {
      await using memoir = await createConsolidationFixture()
      const { config, db, namespaceId } = memoir
      const ids = await memoir.remember(YESTERDAY, DAY_OF_IT)
      const { applied } = await memoir.consolidate(YESTERDAY)
      const summary = await find(memoir, applied?.summary?.id)
      const at = DAY_OF_IT.findIndex((said) => summary?.content.includes(said))
      const said = DAY_OF_IT[at] ?? ''
      expect(said).not.toBe('')

      const memories = createMemories({ config, db, launch: () => undefined })
      const key = { namespaceId, id: ids[at] ?? '' }
      await memories.remove({ key, hard, cascade: false })
      const telling = `select kind from memoir.memory_trace where state = 'active' and position($1 in content) > 0`
      expect((await db.query(telling, [said])).rows).toEqual([])

      const again = await memoir.consolidate(YESTERDAY)
      expect(await find(memoir, again.applied?.summary?.id)).toMatchObject({ state: 'active' })
      expect((await db.query(telling, [said])).rows).toEqual([])
    })
  }

  test('a plan that comes after its job has ended is not kept, and the run stays failed', async () => {
    await using memoir = await createConsolidationFixture()
    await memoir.remember(YESTERDAY, DAY_OF_IT)
    const id = await memoir.accept(YESTERDAY)
    await memoir.db.query(
      `update memoir.job set state = 'failed', finished_at = now(), error = '{"code": "terminated"}' where id = $1`,
      [id],
    )
    expect(await memoir.run(id)).toMatchObject({ state: 'failed', error: 'terminated' })
    await memoir.steps.plan({ jobId: id }, new AbortController().signal)
    expect(await memoir.run(id)).toMatchObject({ state: 'failed', error: 'terminated', plan: null })
  })
})
