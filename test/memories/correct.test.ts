import { expect, test } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createMemoriesFixture } from './memories-fixture.ts'

const at = (month: number) => ({ occurred_at: `2026-0${month}-01T10:00:00Z` })

test.skipIf(!hasPostgres || !hasTemporal)(
  'a note that says it is a correction supersedes what it corrects, and that can be restored',
  async () => {
    await using memoir = await createMemoriesFixture()
    const wrong = await memoir.remember("Nina's birthday is on 3 May.", at(1))
    const other = await memoir.remember('The dentist is on 3 May.', at(1))
    const newer = await memoir.remember("Nina's birthday is on 5 May.", at(2))
    const right = await memoir.remember(
      "I was wrong: Nina's birthday is on 4 May, not the 3rd.",
      at(3),
    )
    const of = async (id: string) => (await memoir.send(`/v1/memories/${id}?user_id=maya`)).json

    expect(await of(wrong)).toMatchObject({ state: 'superseded', superseded_by: right })
    expect(await of(other)).toMatchObject({ state: 'active', superseded_by: null })
    expect(await of(newer)).toMatchObject({ state: 'active', superseded_by: null })
    const { rows } = await memoir.db.query(
      `select u.trace_count - (select count(*) from memoir.memory_trace t where t.user_id = u.id and t.state = 'active') as off
         from memoir.memory_user u where u.external_id = 'maya'`,
    )
    expect(rows).toEqual([{ off: 0 }])

    const restored = await memoir.send(`/v1/memories/${wrong}/restore`, {
      body: { user_id: 'maya' },
      headers: { prefer: 'wait=30' },
    })
    expect(restored.status).toBeLessThan(300)
    expect(await of(wrong)).toMatchObject({ state: 'active', superseded_by: null })
  },
)
