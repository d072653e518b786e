import { expect, test } from 'vitest'
import { PLAIN_COLUMNS, USER_TEXT } from '../../src/stores/inventory.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'

const listed = new Set([
  ...USER_TEXT.flatMap(({ table, columns }) => columns.map((column) => `${table}.${column}`)),
  ...Object.keys(PLAIN_COLUMNS),
])

/** Types that can carry what somebody said. */
const TEXT_LIKE = ['text', 'jsonb', 'json', 'bytea', 'ARRAY', 'USER-DEFINED', 'character varying']

test.skipIf(!hasPostgres)(
  'every column that can hold text is listed as user text or as plain',
  async () => {
    await using test = await createTestDatabase()
    const { rows } = await test.db.query<{ name: string; user_id: boolean }>(
      `select c.table_name || '.' || c.column_name as name
       from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where c.table_schema = 'memoir' and t.table_type = 'BASE TABLE' and c.table_name <> 'pgmigrations'
        and c.data_type = any($1::text[])`,
      [TEXT_LIKE],
    )
    const found = rows.map(({ name }) => name)

    expect(found.filter((name) => !listed.has(name))).toEqual([])
    expect([...listed].filter((name) => !found.includes(name))).toEqual([])
  },
)

test.skipIf(!hasPostgres)(
  'rows of one user can be found where the list says by which column',
  async () => {
    await using test = await createTestDatabase()
    for (const { table, by } of USER_TEXT) {
      if (!('column' in by)) continue
      const { rowCount } = await test.db.query(
        `select 1 from memoir.${table} where ${by.column} = gen_random_uuid()`,
      )
      expect(rowCount, table).toBe(0)
    }
  },
)
