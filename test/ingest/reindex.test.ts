import { expect, test } from 'vitest'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createIngestFixture, findDisagreements, seed, talk } from '../support/ingest.ts'

test.skipIf(!hasPostgres)(
  'what was indexed by an older version is indexed again without asking a model',
  async () => {
    await using store = await createTestDatabase()
    const persian = {
      ...talk('fa', '', 0),
      messages: [{ content: 'کتاب‌ها' }, { content: 'خوب ❤️' }, { content: '۲۰۵' }],
    }
    await seed(store.db, [talk('c1', 'tides'), persian])
    const embedder = createHashingEmbedder({ dimensions: 128, precision: 'fp16' })
    let asked = 0
    const counting = {
      ...embedder,
      embed: async (...given: Parameters<typeof embedder.embed>) => {
        asked += 1
        return await embedder.embed(...given)
      },
    }
    const fixture = await createIngestFixture(store.db, { embedder: counting })
    await fixture.run({ extract: 'rules' })
    const postings = async () =>
      (
        await store.db.query(
          `select user_id, seq, lexeme, frequency, length, window_frequency from memoir.memory_posting order by 2, 3`,
        )
      ).rows
    const facts = async () =>
      (await store.db.query(`select id, revision from memoir.memory_trace order by id`)).rows
    const [indexed, known] = [await postings(), await facts()]
    expect(indexed.map(({ lexeme }) => lexeme as string)).toEqual(
      expect.arrayContaining(['205', '❤']),
    )

    // As the version before left it: other lexemes, other lengths.
    await store.db.query(`update memoir.ingested_conversation set pipeline_version = 3`)
    await store.db.query(`delete from memoir.memory_posting where lexeme = '❤'`)
    await store.db.query(
      `update memoir.memory_trace set text_length = text_length + 1 where kind = 'message'`,
    )
    await store.db.query(
      `update memoir.memory_user u set text_length = (select sum(text_length) from memoir.memory_trace t where t.user_id = u.id)`,
    )
    asked = 0

    expect(await fixture.run()).toMatchObject({ updated: 2, skipped: 0, errors: 0, tokens: 0 })
    expect(asked).toBe(0)
    expect(await postings()).toEqual(indexed)
    expect(await facts()).toEqual(known)
    expect(await findDisagreements(store.db)).toEqual([])
    expect(await fixture.run()).toMatchObject({ updated: 0, skipped: 2 })
  },
)
