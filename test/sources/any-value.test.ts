import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createForeignSource } from '../support/foreign-source.ts'
import { findDisagreements } from '../support/ingest.ts'

const CONVERSATIONS = ['id', 'user_id', 'title', 'created_at', 'updated_at'] as const
const MESSAGES = ['id', 'conversation_id', 'role', 'content', 'created_at'] as const

const tables = (type: string) => `
  create table conversations (${CONVERSATIONS.map((name) => `${name} ${type}`).join()});
  create table messages (${MESSAGES.map((name) => `${name} ${type}`).join()});`

const TIMES = [
  'infinity',
  '-infinity',
  '57984-01-01',
  '0044-03-15 BC',
  '2026-02-30',
  '1e400',
  'NaN',
  '0',
]
const text = fc
  .oneof(
    fc.constantFrom(
      ...TIMES,
      '',
      ' ',
      '.',
      '..',
      'null',
      '[]',
      '{"$numberLong": 1}',
      'x'.repeat(9_000),
      'good',
    ),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.json({ maxDepth: 2 }),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  )
  // Postgres' text holds no NUL and no half of a pair.
  .map((value) => value.replaceAll('\0', '').toWellFormed())
const json = fc.oneof(fc.jsonValue({ maxDepth: 2 }), text).map((value) =>
  JSON.stringify(value)
    .replaceAll(String.raw`\u0000`, '')
    .toWellFormed(),
)

const sound = { text: (value: string) => value, jsonb: (value: string) => JSON.stringify(value) }

/** Rows in which every value may be anything, around one conversation that is sound. */
test.skipIf(!hasPostgres).each(['text', 'jsonb'] as const)(
  'any value in any column of type %s stops nothing, and what is sound beside it is taken in',
  async (type) => {
    await using store = await createTestDatabase()
    await using source = await createForeignSource(store, tables(type), {
      SOURCE_CONVERSATION_TITLE: 'title',
    })
    const value = fc.option(type === 'text' ? text : json)
    const row = fc.tuple(value, value, value, value, value)
    const insert = async (table: string, values: readonly (string | null)[]) => {
      await source.app.query(`insert into ${table} values ($1, $2, $3, $4, $5)`, values)
    }
    const of = sound[type]
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 12 }),
        fc.array(row, { maxLength: 12 }),
        async (heads, lines) => {
          await source.app.query('truncate conversations, messages')
          const at = of('2026-01-05T10:00:00Z')
          await insert('conversations', [of('sound'), of('mira'), null, at, at])
          await insert('messages', [
            of('m'),
            of('sound'),
            of('user'),
            of('The lock opens at six.'),
            at,
          ])
          for (const head of heads) await insert('conversations', head)
          for (const [index, line] of lines.entries()) {
            await insert('messages', line)
            // Somebody's conversation has odd messages as well as none.
            await insert('messages', line.with(1, heads[index]?.[0] ?? of('sound')))
          }
          await source.run({ pageSize: 3 })

          expect(await source.outcomes()).toMatchObject({
            [of('sound')]: expect.stringMatching(/created|updated|skipped/) as string,
          })
          expect(Object.values(await source.outcomes())).not.toContain('internal')
          expect(Object.values(await source.outcomes())).not.toContain('persistence_failed')
          expect((await source.said(of('sound'))).map(([, , content]) => content)).toContain(
            'The lock opens at six.',
          )
          expect(await source.run({ pageSize: 50 })).toMatchObject({ created: 0, updated: 0 })
          expect((await source.nightly()).updated).toBe(0)
          expect(await findDisagreements(store.db)).toEqual([])
        },
      ),
      { numRuns: 15 },
    )
  },
  120_000,
)
