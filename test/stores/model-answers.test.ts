import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { ensureUsers } from '../../src/stores/memory-users.ts'
import { keepAnswer } from '../../src/stores/spending/model-answers.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { defaultNamespace } from '../support/ingest.ts'

test.skipIf(!hasPostgres)('an answer with signs that Postgres does not take is kept', async () => {
  await using store = await createTestDatabase()
  const { db } = store
  const namespaceId = await defaultNamespace(db)
  const userId = (await ensureUsers(db, namespaceId, ['ann'])).get('ann') ?? ''
  const jobId = randomUUID()
  await db.query(
    `insert into memoir.job (id, namespace_id, kind, workflow_id, request) values ($1, $2, 'session', 'w', '{}')`,
    [jobId, namespaceId],
  )
  const key = { jobId, step: 'extract:0', inputHash: Buffer.alloc(32) }
  const answer = { facts: ['half \ud83d', 'nul \0'] }
  const kept = await keepAnswer(db, key, { userId, model: 'rules', answer })
  expect(kept.answer).toEqual({ facts: ['half \ufffd', 'nul \ufffd'] })
})
