import { expect, test, vi } from 'vitest'
import { MemoirError } from '../../src/errors.ts'
import { acceptSession } from '../../src/sessions/accept.ts'
import { parseTranscript } from '../../src/sessions/transcript.ts'
import { createTestMemoir } from '../support/memoir.ts'
import { recordHistory } from '../support/record-histories.ts'
import { createScriptedModel, type Script } from '../support/scripted-model.ts'

/** Records histories of posted transcripts: MEMOIR_RECORD_HISTORIES=true vitest run */

async function createWorld(script: Script = {}) {
  const memoir = await createTestMemoir({}, { languageModel: createScriptedModel(script) })
  const { db, namespaceId, services } = memoir
  return {
    memoir,
    post: async (text: string) =>
      await acceptSession(
        { db, launcher: { launch: () => undefined } },
        {
          namespaceId,
          userId: 'ann',
          collection: '',
          sessionId: 's1',
          turns: parseTranscript(text),
          metadata: {},
        },
      ),
    async record(jobId: string, name: string) {
      const { workflow_id: workflowId } = await memoir.job(jobId)
      const handle = services.temporal.client.workflow.getHandle(workflowId)
      await vi.waitFor(
        async () => expect((await handle.describe()).status.name).not.toBe('RUNNING'),
        10_000,
      )
      await recordHistory(services.temporal, { workflowId }, name)
    },
    [Symbol.asyncDispose]: async () => await memoir[Symbol.asyncDispose](),
  }
}

test('records a post that is processed, and one that waited for it', async () => {
  await using world = await createWorld()
  const first = await world.post('User: fact: Ann rows')
  const second = await world.post('User: fact: Ann rows\nAssistant: fine')
  const third = await world.post('User: fact: Ann rows\n')
  await world.memoir.until(first.jobId, 'succeeded')
  await world.memoir.until(second.jobId, 'succeeded')
  expect(third.jobId).toBe(first.jobId)
  await world.record(first.jobId, 'session-done')
  await world.record(second.jobId, 'session-waited')
})

test('records a post that is parked', async () => {
  await using world = await createWorld({
    before() {
      throw new MemoirError('vendor_unauthorized', '')
    },
  })
  const { jobId } = await world.post('User: fact: Ann rows')
  const failed = await world.memoir.until(jobId, 'failed')
  expect(failed.attempts).toBe(1)
  await world.record(jobId, 'session-failed')
})
