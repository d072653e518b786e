import { expect, test, vi } from 'vitest'
import type { LanguageModel } from '../../src/providers/language-model.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { createTestMemoir } from '../support/memoir.ts'
import { recordHistory } from '../support/record-histories.ts'

/** Says something once it may. */
function slowModel(until: Promise<void>): LanguageModel {
  return {
    ...createRulesModel(),
    async narrate({ memories }) {
      await until
      const text = 'Ann lives in Graz, plays the cello and plans to move to Linz.'
      return {
        value: { lines: [{ section: 'who', text, sources: memories.map(({ id }) => id) }] },
        promptVersion: 'test-1',
      }
    },
  }
}

/** Not a check but the recorder: MEMOIR_RECORD_HISTORIES=true vitest run */
test('records a narrative that is asked for again while it is written', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  await using memoir = await createTestMemoir({}, { languageModel: slowModel(promise) })
  const { db, namespaceId, services } = memoir
  const userId = (await ensureUsers(db, namespaceId, ['ann'])).get('ann') ?? ''
  await db.query(
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at)
     select gen_random_uuid(), $1::uuid, 'note', 'Ann told of day ' || n, '', now() from generate_series(1, 6) as n`,
    [userId],
  )
  await db.query('update memoir.memory_user set trace_count = 6 where id = $1', [userId])
  const key = { namespaceId, externalId: 'ann' }
  const { id } = await services.narratives.regenerate(key)
  const begun = async () => {
    const { rows } = await db.query(
      'select 1 from memoir.user_narratives where began_at is not null',
    )
    expect(rows).toHaveLength(1)
  }
  await vi.waitFor(begun, 30_000)
  await services.narratives.regenerate(key)
  resolve()
  const { workflow_id: workflowId } = await memoir.until(id, 'succeeded')
  expect(await services.narratives.read(key)).toMatchObject({ version: 2, state: 'fresh' })
  const { temporal } = services
  const handle = temporal.client.workflow.getHandle(workflowId)
  await vi.waitFor(
    async () => expect((await handle.describe()).status.name).toBe('COMPLETED'),
    10_000,
  )
  await recordHistory(temporal, { workflowId }, 'narrative-asked-again')
}, 60_000)

test('records a run over narratives', async () => {
  await using memoir = await createTestMemoir({}, { languageModel: createRulesModel() })
  const { db, namespaceId, services } = memoir
  await ensureUsers(db, namespaceId, ['ann', 'bea'])
  await db.query(
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at)
     select gen_random_uuid(), u.id, 'note', 'We went to the lake house on day ' || n, '', now()
       from memoir.memory_user u, generate_series(1, 6) as n`,
  )
  await db.query('update memoir.memory_user set trace_count = 6')
  const { id } = await services.narratives.acceptRun({ namespaceId })
  const { workflow_id: workflowId, progress } = await memoir.until(id, 'succeeded')
  expect(progress).toMatchObject({ created: 2 })
  const { temporal } = services
  const handle = temporal.client.workflow.getHandle(workflowId)
  await vi.waitFor(
    async () => expect((await handle.describe()).status.name).toBe('COMPLETED'),
    10_000,
  )
  await recordHistory(temporal, { workflowId }, 'narratives-done')
}, 60_000)
