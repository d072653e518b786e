import type { Queryable } from './database.ts'

/** What models answered, kept before it is used: a step that is repeated reads the first answer and pays for none. */

export interface AnswerKey {
  readonly jobId: string
  readonly step: string
  /** SHA-256 of all that was asked. */
  readonly inputHash: Buffer
}

export interface StoredAnswer {
  readonly model: string
  readonly answer: unknown
}

export async function findAnswer(db: Queryable, key: AnswerKey): Promise<StoredAnswer | null> {
  const { rows } = await db.query<{ model: string; answer: unknown }>(
    `select model, answer from memoir.model_answer
      where job_id = $1::uuid and step = $2 and input_hash = $3`,
    [key.jobId, key.step, key.inputHash],
  )
  return rows[0] ?? null
}

/** Keeps an answer unless one is there already. @returns the one that is kept: of two at once the first */
export async function keepAnswer(
  db: Queryable,
  key: AnswerKey,
  { userId, model, answer }: StoredAnswer & { readonly userId: string },
): Promise<StoredAnswer> {
  const { rows } = await db.query<StoredAnswer>(
    `insert into memoir.model_answer (job_id, step, input_hash, user_id, model, answer)
     select $1::uuid, $2, $3, $4::uuid, $5, $6::jsonb
      -- Of somebody who is being erased nothing is kept.
      where not exists (select from memoir.memory_user where id = $4::uuid and erased_at is not null)
     on conflict (job_id, step, input_hash) do nothing
     returning model, answer`,
    [key.jobId, key.step, key.inputHash, userId, model, JSON.stringify(answer)],
  )
  return rows[0] ?? (await findAnswer(db, key)) ?? { model, answer }
}
