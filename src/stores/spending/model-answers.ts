import type { Queryable } from '../database.ts'

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

/** JSON may hold what Postgres does not take: half of a pair of surrogates, and NUL. */
const storable = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value

/**
 * Keeps an answer unless one is there already, or something was forgotten since its question was put together: then it may say it.
 * @returns the one that is kept: of two at once the first
 */
export async function keepAnswer(
  db: Queryable,
  key: AnswerKey,
  {
    userId,
    model,
    answer,
    forgetSeq = null,
  }: StoredAnswer & { readonly userId: string; readonly forgetSeq?: number | null },
): Promise<StoredAnswer> {
  const { rows } = await db.query<StoredAnswer>(
    `insert into memoir.model_answer (job_id, step, input_hash, user_id, model, answer)
     select $1::uuid, $2, $3, u.id, $5, $6::jsonb
       from memoir.memory_user u
      where u.id = $4::uuid and u.erased_at is null and ($7::bigint is null or u.forget_seq = $7::bigint)
        -- Whoever forgets holds the row: its own deletion of answers must not miss this one.
        for share
     on conflict (job_id, step, input_hash) do nothing
     returning model, answer`,
    [
      key.jobId,
      key.step,
      key.inputHash,
      userId,
      model,
      JSON.stringify(answer, storable),
      forgetSeq,
    ],
  )
  return rows[0] ?? (await findAnswer(db, key)) ?? { model, answer }
}
