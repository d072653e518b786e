import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  applyReport,
  cancelUnstarted,
  findJobRow,
  findUnstarted,
  insertJob,
  setControl,
} from '../../src/stores/jobs/jobs.ts'
import {
  claimTogether,
  finishTogether,
  letGo,
  markStartedTogether,
} from '../../src/stores/jobs/shared-runs.ts'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { createTestDatabase, hasPostgres, type TestDatabase } from '../support/database.ts'
import { defaultNamespace } from '../support/ingest.ts'

/** Rows of jobs that share a run: what is asked of one, and a run of its own, go before the shared one. */

const SHARED = { workflowId: 'memories:shared', runId: 'the-shared-run' }

describe.skipIf(!hasPostgres)('jobs that share a run', () => {
  let store: TestDatabase
  let namespaceId = ''
  let userId = ''
  beforeAll(async () => {
    store = await createTestDatabase()
    namespaceId = await defaultNamespace(store.db)
    userId = (await ensureUsers(store.db, namespaceId, ['ann'])).get('ann') ?? ''
  })
  afterAll(async () => await store[Symbol.asyncDispose]())

  const accepted = async () => {
    const id = randomUUID()
    const workflowId = `memory:${id}`
    const job = { id, namespaceId, userId, kind: 'memory' as const, workflowId, lockKey: null }
    await insertJob(store.db, { ...job, request: { operation: 'store' } })
    return id
  }
  const rowOf = async (id: string) => await findJobRow(store.db, { namespaceId, id })
  const claimed = async (...ids: string[]) =>
    (await claimTogether(store.db, ids)).map(({ id }) => id)

  test('a job is begun, ended well and then names the run that did it; the same again changes nothing', async () => {
    const id = await accepted()
    await markStartedTogether(store.db, [id])
    expect(await claimed(id)).toEqual([id])
    // The step may be repeated.
    expect(await claimed(id)).toEqual([id])
    expect(await finishTogether(store.db, { ids: [id], ...SHARED })).toHaveLength(1)
    expect(await rowOf(id)).toMatchObject({ state: 'succeeded', ...SHARED })
    expect(await finishTogether(store.db, { ids: [id], ...SHARED })).toEqual([])
    expect(await claimed(id)).toEqual([])
    expect(await letGo(store.db, [id])).toEqual([])
    expect(await rowOf(id)).toMatchObject({ state: 'succeeded' })
  })

  test('one that was cancelled before its start is not begun', async () => {
    const id = await accepted()
    expect(await cancelUnstarted(store.db, id)).toBe(true)
    expect(await claimed(id)).toEqual([])
    expect(await letGo(store.db, [id])).toEqual([])
  })

  test('one that is to be cancelled or paused is not begun, and is given back as it was asked', async () => {
    const [cancelled, paused] = [await accepted(), await accepted()]
    await markStartedTogether(store.db, [cancelled, paused])
    await setControl(store.db, cancelled, 'cancel')
    await setControl(store.db, paused, 'pause')
    expect(await claimed(cancelled, paused)).toEqual([])
    const left = await letGo(store.db, [cancelled, paused])
    expect(left).toMatchObject([{ id: paused, state: 'queued', control: 'pause', startedAt: null }])
    expect(left[0]?.request).toMatchObject({ alone: true })
    expect(await rowOf(cancelled)).toMatchObject({ state: 'cancelled', control: null })
  })

  test('a run of its own takes a job over: what the shared one reports afterwards changes nothing', async () => {
    const id = await accepted()
    expect(await claimed(id)).toEqual([id])
    const own = { jobId: id, runId: 'its-own-run', seq: 1, state: 'running' as const, error: null }
    expect(await applyReport(store.db, own)).not.toBeNull()
    expect(await claimed(id)).toEqual([])
    expect(await finishTogether(store.db, { ids: [id], ...SHARED })).toEqual([])
    expect(await letGo(store.db, [id])).toEqual([])
    expect(await rowOf(id)).toMatchObject({ state: 'running', runId: 'its-own-run' })
  })

  test('what was given back is started again, and not begun by the run that gave it back', async () => {
    const id = await accepted()
    await claimed(id)
    await letGo(store.db, [id])
    expect(await finishTogether(store.db, { ids: [id], ...SHARED })).toEqual([])
    const unstarted = await findUnstarted(store.db, { olderThanMs: -1, limit: 100 })
    expect(unstarted.map((row) => row.id)).toContain(id)
  })
})
