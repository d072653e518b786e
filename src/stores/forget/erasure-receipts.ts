import type { Queryable } from '../database.ts'

/** What erasures came to: counts, never what was erased. */

export interface Receipt {
  readonly id: string
  readonly userId: string
  readonly deleted: Readonly<Record<string, number>>
  readonly foundAgain: Readonly<Record<string, number>>
  readonly requestedAt: Date
  readonly finishedAt: Date | null
}

export async function openReceipt(
  tx: Queryable,
  { id, namespaceId, userId }: { id: string; namespaceId: string; userId: string },
): Promise<void> {
  await tx.query(
    `insert into memoir.erasure_receipt (id, namespace_id, user_id, requested_at)
     values ($1::uuid, $2::uuid, $3::uuid, now())`,
    [id, namespaceId, userId],
  )
}

/** Adds what went; after the wait it is what came back meanwhile. */
export async function countErased(
  tx: Queryable,
  { id, place, rows, again }: { id: string; place: string; rows: number; again: boolean },
): Promise<void> {
  if (rows === 0) return
  const column = again ? 'found_again' : 'deleted'
  await tx.query(
    `update memoir.erasure_receipt
        set ${column} = jsonb_set(${column}, array[$2], to_jsonb(coalesce((${column}->>$2)::bigint, 0) + $3::bigint))
      where id = $1::uuid`,
    [id, place, rows],
  )
}

/** @returns null when it was closed before */
export async function closeReceipt(tx: Queryable, id: string): Promise<Receipt | null> {
  const { rows } = await tx.query<Receipt>(
    `update memoir.erasure_receipt r set finished_at = now()
      where id = $1::uuid and finished_at is null returning ${RECEIPT}`,
    [id],
  )
  return rows[0] ?? null
}

const RECEIPT = `r.id, r.user_id as "userId", r.deleted, r.found_again as "foundAgain",
  r.requested_at as "requestedAt", r.finished_at as "finishedAt"`

export async function findReceipt(
  db: Queryable,
  { namespaceId, id }: { namespaceId: string; id: string },
): Promise<Receipt | null> {
  const { rows } = await db.query<Receipt>(
    `select ${RECEIPT} from memoir.erasure_receipt r where r.namespace_id = $1::uuid and r.id = $2::uuid`,
    [namespaceId, id],
  )
  return rows[0] ?? null
}
