import type { Queryable } from './database.ts'

/** Settings of the whole installation, sealed: nothing here can read them. */

export async function findSetting(db: Queryable, name: string): Promise<Buffer | null> {
  const { rows } = await db.query<{ value: Buffer }>(
    `select value from memoir.setting where name = $1`,
    [name],
  )
  return rows[0]?.value ?? null
}

/** Serialises writers of settings until their transactions end; any number that nothing else locks. */
const SETTINGS_LOCK = 7_116_303

export async function lockSettings(tx: Queryable): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [SETTINGS_LOCK])
}

export async function saveSetting(
  tx: Queryable,
  { name, value }: { name: string; value: Buffer },
): Promise<void> {
  await tx.query(
    `insert into memoir.setting as s (name, value) values ($1, $2)
     on conflict (name) do update set value = excluded.value, updated_at = now()`,
    [name, value],
  )
}
