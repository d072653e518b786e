import type { Database } from '../../src/stores/database.ts'

/** Users with so many memories each: every one links to the next, and to one of its user's five entities. */
export async function seedUsers(
  db: Database,
  { namespaceId, ids, memories }: { namespaceId: string; ids: readonly string[]; memories: number },
): Promise<void> {
  await db.query(
    `insert into memoir.memory_user (id, namespace_id, external_id, trace_count)
     select id, $1::uuid, id::text, $3 from unnest($2::uuid[]) as u(id)`,
    [namespaceId, ids, memories],
  )
  await db.query(
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, vector_state, salience, occurred_at)
     select md5(u.id::text || n)::uuid, u.id, case n % 3 when 0 then 'fact' when 1 then 'message' else 'note' end,
            'memory ' || n, sha256(convert_to('memory ' || n, 'UTF8')), 'written', (n % 10) / 10.0, timestamptz '2026-01-01' + n * interval '1 minute 1.234567 seconds'
       from unnest($1::uuid[]) as u(id), generate_series(1, $2::int) as n`,
    [ids, memories],
  )
  await db.query(
    `insert into memoir.entity (id, user_id, type, value, normalized)
     select md5(u.id::text || 'entity' || n)::uuid, u.id, 'person', 'Person ' || n, 'person ' || n
       from unnest($1::uuid[]) as u(id), generate_series(0, 4) as n`,
    [ids],
  )
  await db.query(
    `insert into memoir.memory_edge (src, dst, type, user_id, weight)
     select md5(u.id::text || n)::uuid, md5(u.id::text || (n + 1))::uuid, 'next', u.id, 1
       from unnest($1::uuid[]) as u(id), generate_series(1, $2::int - 1) as n
     union all
     select md5(u.id::text || n)::uuid, md5(u.id::text || 'entity' || n % 5)::uuid, 'mentions', u.id, 0.35
       from unnest($1::uuid[]) as u(id), generate_series(1, $2::int) as n
     union all
     select md5(u.id::text || 'entity0')::uuid, md5(u.id::text || 'entity1')::uuid, 'knows', u.id, 0.5
       from unnest($1::uuid[]) as u(id)`,
    [ids, memories],
  )
}
