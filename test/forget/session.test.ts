import { expect, test, vi } from 'vitest'
import { createApp } from '../../src/api/app.ts'
import { ADMIN_KEY } from '../api/api-fixture.ts'
import { answeredBy } from '../support/ask.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { findText } from '../support/find-text.ts'
import { createTestMemoir } from '../support/memoir.ts'
import { createScriptedModel } from '../support/scripted-model.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip
const WORD = 'axolotl'
const SAID = `fact: an ${WORD} lives with [Ann].`
const REPLY = `assistant: Keep the water cool and change a fifth of it each week. ${'A newt wants shade and peace. '.repeat(20)}`

suite(
  'a session that is forgotten stays out when it is posted again, and what it says anew does not',
  { timeout: 120_000 },
  async () => {
    const languageModel = createScriptedModel()
    await using memoir = await createTestMemoir({ MEMOIR_ADMIN_KEY: ADMIN_KEY }, { languageModel })
    const ask = answeredBy(createApp(memoir.services))
    const post = async (...turns: string[]) => {
      const transcript = turns.map((content) => ({
        role: content.startsWith('assistant: ') ? 'assistant' : 'user',
        content,
      }))
      const body = { user_id: 'ann', session_id: 's1', transcript }
      const { status, json } = await ask('/v1/sessions', { body })
      if (status === 202) await memoir.until(json.job, 'succeeded')
      return { status, json }
    }
    expect((await post(SAID, REPLY)).status).toBe(202)
    expect(await findText(memoir.db, WORD)).toContain('memory_trace.content')
    expect(await findText(memoir.db, 'newt')).toContain('memory_trace.content')
    const { rows: replies } = await memoir.db.query<{ id: string }>(
      `select id from memoir.memory_trace where role = 'assistant'`,
    )
    await ask('/v1/forget', { body: { id: replies[0]?.id } })
    await post(SAID, 'fact: [Ann] has a pond.', REPLY)
    expect(await findText(memoir.db, 'newt')).not.toContain('memory_trace.content')
    // Narrowed down, what was posted stays: only the whole session goes with its posts.
    await ask('/v1/forget', { body: { user_id: 'ann', session_id: 's1', kinds: ['summary'] } })
    expect(await findText(memoir.db, WORD)).toContain('raw_session.turns')
    await ask('/v1/forget', { body: { user_id: 'ann', session_id: 's1' } })
    expect(await findText(memoir.db, WORD)).toEqual([])
    expect(await findText(memoir.db, 'newt')).toEqual([])

    const again = await post(SAID)
    expect([again.status, again.json.error]).toMatchObject([400, { code: 'invalid_request' }])
    expect((await post(SAID.toUpperCase().replace('FACT', 'fact'))).status).toBe(400)
    expect((await post(SAID, 'fact: [Ann] grows figs.')).status).toBe(202)
    expect(await findText(memoir.db, WORD)).toEqual([])
    expect(await findText(memoir.db, 'figs')).toContain('memory_trace.content')

    const body = { user_id: 'ann', content: SAID }
    expect((await ask('/v1/memories', { body })).status).toBe(202)
    expect(await findText(memoir.db, WORD)).toContain('memory_trace.content')
    expect((await post(SAID)).status).toBe(202)
  },
)

suite(
  'work on a session that is forgotten meanwhile is cancelled, whether it waits or runs',
  { timeout: 120_000 },
  async () => {
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<void>()
    const languageModel = createScriptedModel({
      before: async (method) => {
        if (method !== 'extractMemories') return
        asked.resolve()
        await answer.promise
      },
    })
    await using memoir = await createTestMemoir({ MEMOIR_ADMIN_KEY: ADMIN_KEY }, { languageModel })
    const ask = answeredBy(createApp(memoir.services))
    const post = async (content: string) => {
      const transcript = [{ role: 'user', content }]
      const body = { user_id: 'ann', session_id: 's1', transcript }
      return (await ask('/v1/sessions', { body })).json.job
    }
    const running = await post(SAID)
    await asked.promise
    const waiting = await post('fact: [Ann] grows figs.')
    const { status } = await ask('/v1/forget', { body: { user_id: 'ann', session_id: 's1' } })
    expect(status).toBe(200)
    for (const job of [running, waiting]) await memoir.until(job, 'cancelled')
    answer.resolve()
    await vi.waitFor(async () => {
      const runs = await Promise.all(
        [running, waiting].map(
          async (job) =>
            await memoir.services.temporal.client.workflow.getHandle(`session:${job}`).describe(),
        ),
      )
      for (const run of runs) expect(run.status.name).not.toBe('RUNNING')
    }, 60_000)
    for (const job of [running, waiting]) {
      expect(await memoir.job(job)).toMatchObject({ state: 'cancelled', error: null })
    }
    for (const word of [WORD, 'figs']) expect(await findText(memoir.db, word)).toEqual([])
  },
)
