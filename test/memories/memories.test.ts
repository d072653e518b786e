import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { findDisagreements } from '../support/ingest.ts'
import { createMemoriesFixture, type MemoriesFixture } from './memories-fixture.ts'

/** Memories over HTTP, all of Memoir behind it. */
describe.skipIf(!hasPostgres || !hasTemporal)('memories', () => {
  let memoir: MemoriesFixture
  beforeAll(async () => {
    memoir = await createMemoriesFixture()
  })
  afterAll(async () => {
    await memoir[Symbol.asyncDispose]()
  })

  test('what is stored is answered whole once it is done', async () => {
    const { status, json } = await memoir.send('/v1/memories', {
      body: {
        user_id: 'maya',
        content: 'Maya is allergic to peanuts.',
        scope: 'health',
        tags: ['allergy'],
        importance: 9,
        metadata: { channel: 'chat' },
        summary: 'Peanut allergy',
      },
      headers: { prefer: 'wait=20' },
    })
    expect(status).toBe(201)
    expect(json).toMatchObject({
      user_id: 'maya',
      kind: 'note',
      role: null,
      scope: 'health',
      content: 'Maya is allergic to peanuts.',
      summary: 'Peanut allergy',
      tags: ['allergy'],
      importance: 9,
      salience: 0.9,
      state: 'active',
      revision: 1,
      metadata: { channel: 'chat' },
      writes: { vector: 'written', graph: 'off' },
    })
    expect((await memoir.send(`/v1/memories/${json.id}`)).json).toEqual(json)
  })

  test('after all of that nothing in the store disagrees', async () => {
    expect(await findDisagreements(memoir.db)).toEqual([])
  })
})
