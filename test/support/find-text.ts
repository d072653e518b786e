import type { Database } from '../../src/stores/database.ts'

/** Every text-like column of the schema that holds a word, as `table.column`. */
export async function findText(db: Database, word: string): Promise<string[]> {
  const { rows } = await db.query<{ table: string; column: string; type: string }>(
    `select table_name as table, column_name as column, data_type as type from information_schema.columns
      where table_schema = 'memoir' and (data_type in ('text', 'json', 'jsonb', 'ARRAY', 'bytea'))
        and table_name in (select table_name from information_schema.tables where table_schema = 'memoir' and table_type = 'BASE TABLE')
      order by 1, 2`,
  )
  const found: string[] = []
  for (const { table, column, type } of rows) {
    const value = type === 'bytea' ? `encode("${column}", 'escape')` : `"${column}"::text`
    const { rows: hits } = await db.query(
      `select from memoir."${table}" where ${value} ilike '%' || $1 || '%' limit 1`,
      [word],
    )
    if (hits.length > 0) found.push(`${table}.${column}`)
  }
  return found
}
