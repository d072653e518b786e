import { describe, expect, test } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createMemoriesFixture } from './memories-fixture.ts'

describe.skipIf(!hasPostgres || !hasTemporal)('sources of a memory', () => {
  test('a fact shows the words it rests on, and a note has none; forgotten, neither is there', async () => {
    await using memoir = await createMemoriesFixture()
    const note = await memoir.remember('The key lies under the mat.', { user_id: 'leo' })
    const { json: post } = await memoir.send('/v1/sessions', {
      body: {
        user_id: 'leo',
        session_id: 'first',
        transcript: 'User: Hello! I moved to Porto last spring.\nAssistant: Lovely.',
      },
    })
    await memoir.memoir.until(post.job, 'succeeded')
    const { json: list } = await memoir.send('/v1/memories?user_id=leo&kinds=fact')
    const [fact] = list.items
    expect((await memoir.send(`/v1/memories/${fact.id}`)).json.sources).toEqual([
      {
        message_id: expect.any(String),
        conversation_id: null,
        session_id: 'first',
        quote: expect.stringContaining('I moved to Porto last spring'),
      },
    ])
    expect((await memoir.send(`/v1/memories/${note}`)).json.sources).toEqual([])

    await memoir.send('/v1/forget', { body: { user_id: 'leo', session_id: 'first' } })
    expect((await memoir.send(`/v1/memories/${fact.id}`)).status).toBe(404)
    const { rowCount } = await memoir.db.query('select from memoir.memory_source')
    expect(rowCount).toBe(0)
  })
})
