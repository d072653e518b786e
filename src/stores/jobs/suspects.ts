import type { Queryable } from '../database.ts'

/** Which conversations a job has in hand: what a killed process leaves behind, so that the one that kills is found out. */

export interface Suspect {
  readonly conversationId: string
  readonly alone: boolean
  readonly deaths: number
}

/** Marks whose holder did not come back, among these conversations. */
export async function findSuspects(
  db: Queryable,
  jobId: string,
  conversationIds: readonly string[],
): Promise<Suspect[]> {
  const { rows } = await db.query<Suspect>(
    `select conversation_id as "conversationId", alone, deaths from memoir.ingest_suspect
      where job_id = $1::uuid and conversation_id = any($2::text[])`,
    [jobId, conversationIds],
  )
  return rows
}

/** Takes conversations in hand; for one alone, each death before this counts. */
export async function takeInHand(
  db: Queryable,
  jobId: string,
  {
    conversationIds,
    alone,
    deaths,
  }: { conversationIds: readonly string[]; alone: boolean; deaths: number },
): Promise<void> {
  await db.query(
    `insert into memoir.ingest_suspect (job_id, conversation_id, alone, deaths)
     select $1::uuid, id, $3, $4 from unnest($2::text[]) as t(id)
     on conflict (job_id, conversation_id) do update
       set alone = excluded.alone, deaths = excluded.deaths, began_at = now()`,
    [jobId, conversationIds, alone, deaths],
  )
}

export async function letGo(
  db: Queryable,
  jobId: string,
  conversationIds: readonly string[],
): Promise<void> {
  await db.query(
    `delete from memoir.ingest_suspect where job_id = $1::uuid and conversation_id = any($2::text[])`,
    [jobId, conversationIds],
  )
}

export async function letAllGo(db: Queryable, jobId: string): Promise<void> {
  await db.query(`delete from memoir.ingest_suspect where job_id = $1::uuid`, [jobId])
}
