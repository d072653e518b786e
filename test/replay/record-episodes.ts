import { expect, test, vi } from 'vitest'
import { createEpisodes } from '../../src/episodes/service.ts'
import { createEpisodeSource } from '../../src/sources/episodes.ts'
import { createJobFixture } from '../support/job-fixture.ts'
import { recordHistory } from '../support/record-histories.ts'

/** Not a check but the recorder: MEMOIR_RECORD_HISTORIES=true vitest run */
test('records a migration of episodes', async () => {
  await using memoir = await createJobFixture({ env: { SOURCE_EPISODES_TABLE: 'public.episodes' } })
  await memoir.work()
  const { config, db, namespaceId } = memoir
  await db.query(
    `create table public.episodes as select n as id, 'ann' as user_id, 'Day ' || n || ' in Graz' as content, now() as created_at
       from generate_series(1, 120) as n`,
  )
  const episodes = createEpisodes({
    db,
    source: createEpisodeSource(config, db, () => undefined),
    language: 'auto',
    launch: (row) => void memoir.start(row),
  })
  const { id } = await episodes.accept({ namespaceId, heads: [], limit: null })
  const { workflow_id: workflowId } = await memoir.untilState(id, 'succeeded')
  const handle = memoir.temporal.client.workflow.getHandle(workflowId)
  await vi.waitFor(
    async () => expect((await handle.describe()).status.name).toBe('COMPLETED'),
    10_000,
  )
  await recordHistory(memoir.temporal, { workflowId }, 'episodes-done')
})
