import type { Database } from '../src/stores/database.ts'
import { conversation } from './generator.ts'

const BATCH = 500

/** Fills Memoir's own source tables with generated conversations `from` (inclusive) to `to` (exclusive). */
export async function seedSource(
  db: Database,
  { from, to, users }: { from: number; to: number; users: number },
): Promise<void> {
  for (let start = from; start < to; start += BATCH) {
    const some = Array.from({ length: Math.min(BATCH, to - start) }, (_, offset) =>
      conversation(start + offset, users),
    )
    await db.query(
      `insert into memoir.conversations (id, user_id, title, created_at, updated_at)
       select id, user_id, title, created_at, created_at
         from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) as t(id, user_id, title, created_at)`,
      [
        some.map((c) => c.id),
        some.map((c) => c.user_id),
        some.map((c) => c.title),
        some.map((c) => c.created_at),
      ],
    )
    const messages = some.flatMap((c) => c.messages)
    await db.query(
      `insert into memoir.messages (id, conversation_id, role, content, created_at)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])`,
      [
        messages.map((m) => m.id),
        messages.map((m) => m.conversation_id),
        messages.map((m) => m.role),
        messages.map((m) => m.content),
        messages.map((m) => m.created_at),
      ],
    )
  }
  await db.query('analyze memoir.conversations')
  await db.query('analyze memoir.messages')
}
