import type { Queryable } from './database.ts'

/** Namespaces: the boundary between tenants. They are never renamed or deleted. */
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

export async function findNamespaceName(db: Queryable, id: string): Promise<string | null> {
  const { rows } = await db.query<{ name: string }>(
    `select name from memoir.namespace where id = $1::uuid`,
    [id],
  )
  return rows[0]?.name ?? null
}

/** The namespace of that name, made when there is none. @returns null when the name is not one a namespace may have */
export async function ensureNamespace(db: Queryable, name: string): Promise<Namespace | null> {
  const known = await findNamespace(db, name)
  if (known !== null) return known
  await db.query(
    `insert into memoir.namespace (name) select $1 where $1 ~ '^[a-z0-9][a-z0-9-]{0,47}$'
     on conflict (name) do nothing`,
    [name],
  )
  return await findNamespace(db, name)
}

export async function listNamespaceIds(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(`select id from memoir.namespace order by id`)
  return rows.map(({ id }) => id)
}
