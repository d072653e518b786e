import type { MemorySource } from '../../domain/memory.ts'
import type { Queryable } from '../database.ts'

/** A fact rests on a few messages; a summary on those of a day. */
const MOST = 200

/** What a memory was derived from, in the order in which it was found. */
export async function listSources(
  db: Queryable,
  { namespaceId, id }: { readonly namespaceId: string; readonly id: string },
): Promise<MemorySource[]> {
  const { rows } = await db.query<MemorySource>(
    `select nullif(s.message_id, '') as message_id, s.conversation_id, s.session_id, s.quote
       from memoir.memory_source s join memoir.memory_user u on u.id = s.user_id
      where s.trace_id = $1::uuid and u.namespace_id = $2::uuid and u.erased_at is null
      order by s.created_at, s.message_id
      limit ${MOST}`,
    [id, namespaceId],
  )
  return rows
}
