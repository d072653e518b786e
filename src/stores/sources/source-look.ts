import type { Queryable } from '../database.ts'
import { quoted, sameSql, textSql } from './source-columns.ts'
import type { SourceMessages, SourceTables } from './source-tables.ts'

/** What `memoir doctor` counts in somebody's tables. Each statement reads all of a table, so the caller bounds their time. */

/** A look, not an audit: the first so many messages say which roles there are. */
const ROLE_SAMPLE = 100_000
const MOST_ROLES = 20

export interface RoleCount {
  readonly role: string | null
  readonly n: number
}

export async function countRoles(db: Queryable, messages: SourceMessages): Promise<RoleCount[]> {
  const { rows } = await db.query<RoleCount>(
    `select role, count(*) as n
       from (select ${textSql('m', messages.role)} as role from ${quoted(messages.table)} m limit ${ROLE_SAMPLE}) t
      group by role order by n desc, role limit ${MOST_ROLES}`,
  )
  return rows
}

/** Rows that will be passed over, by the reason. */
export type PassedOver =
  | 'without an id'
  | 'without a user'
  | 'for several users'
  | 'short'
  | 'of no conversation'

export function passedOverStatements(
  t: SourceTables,
  minTurns: number,
): Readonly<Partial<Record<PassedOver, string>>> {
  const table = quoted(t.conversations)
  const [id, user] = [`c.${t.conversationId.sql}`, `c.${t.conversationUser.sql}::text`]
  const rows = {
    'without an id': `select count(*) as n from ${table} c where ${id} is null`,
    'without a user': `select count(*) as n from ${table} c where ${id} is not null and coalesce(btrim(${user}), '') = ''`,
    'for several users': `select count(*) as n from (
       select from ${table} c where ${id} is not null group by ${id}::text having count(distinct ${user}) > 1) t`,
  }
  if (!('table' in t.messages)) return rows
  const { table: name, conversation, content } = t.messages
  const same = sameSql(`m.${conversation.sql}`, conversation, id, t.conversationId)
  const words = `m.${content.sql} is not null and btrim(m.${content.sql}::text) <> ''`
  return {
    ...rows,
    short: `select count(*) as n from ${table} c where ${id} is not null and (
       select count(*) from (select from ${quoted(name)} m where ${same} and ${words} limit ${minTurns}) t) < ${minTurns}`,
    'of no conversation': `select count(*) as n from ${quoted(name)} m where not exists (select from ${table} c where ${same})`,
  }
}

export async function countRows(db: Queryable, statement: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(statement)
  return rows[0]?.n ?? 0
}
