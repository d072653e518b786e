import type { Queryable } from './database.ts'

export interface Namespace {
  readonly id: string
  readonly name: string
}

export async function findNamespace(db: Queryable, name: string): Promise<Namespace | null> {
  const { rows } = await db.query<Namespace>(
    `select id, name from memoir.namespace where name = $1`,
    [name],
  )
  return rows[0] ?? null
}
