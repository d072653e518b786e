import type { PlannedWeight } from '../../domain/consolidation.ts'
import { OF_DAY, type UserDay } from './consolidation-days.ts'
import type { Queryable } from '../database.ts'

/** What is known by now of how much a day's facts and notes deserve remembering, and how that is written. */

export interface Weighed {
  readonly id: string
  readonly revision: number
  readonly salience: number
  /** As it was written with the memory. */
  readonly written: number
  /** Occasions beyond the first on which it was said. */
  readonly confirmed: number
  /** Of its words, the largest share that one later memory says too. */
  readonly repeated: number
}

/** So many memories of a day are weighed, the heaviest; of each so many words; of each word so many later texts, the latest. */
const MEMORIES = 500
const WORDS = 24
const LATER = 300

/** Facts and notes of a day that nobody rated. */
export async function readWeights(db: Queryable, day: UserDay): Promise<Weighed[]> {
  const { userId } = day
  const { rows } = await db.query<Omit<Weighed, 'repeated'> & { readonly seq: number }>(
    `select t.id, t.seq, t.revision, t.salience, coalesce(t.salience_written, t.salience) as written,
            greatest(0, (select count(distinct (s.conversation_id, s.session_id)) from memoir.memory_source s
                          where s.trace_id = t.id and s.user_id = $1::uuid) - 1) as confirmed
       from memoir.memory_trace t
      where ${OF_DAY} and t.kind in ('fact', 'note') and t.importance is null
      order by t.salience desc, t.seq limit ${MEMORIES}`,
    [userId, day.day, day.zone],
  )
  const repeated = await readRepeated(
    db,
    userId,
    rows.map(({ seq }) => seq),
  )
  return rows.map(({ seq, ...row }) => ({ ...row, repeated: repeated.get(seq) ?? 0 }))
}

/** How much of the words of each a later fact or note says too, where that is more than half of them. */
async function readRepeated(
  db: Queryable,
  userId: string,
  seqs: readonly number[],
): Promise<Map<number, number>> {
  const { rows } = await db.query<{ seq: number; share: number }>(
    `with words as materialized (
       select p.seq, p.lexeme, row_number() over (partition by p.seq order by p.lexeme) as place from memoir.memory_posting p
        where p.user_id = $1::uuid and p.seq = any($2::bigint[]) and p.frequency > 0),
     kept as materialized (select seq, lexeme from words where place <= ${WORDS}),
     counts as (select seq, count(*)::float as n from kept group by seq),
     shared as (
       select w.seq, l.seq as later, count(*)::float as n from kept w cross join lateral (
         select p.seq from memoir.memory_posting p
          where p.user_id = $1::uuid and p.lexeme = w.lexeme and p.seq > w.seq and p.frequency > 0
          order by p.seq desc limit ${LATER}) l
        group by w.seq, l.seq)
     select s.seq, max(s.n / c.n) as share from shared s join counts c on c.seq = s.seq
       join memoir.memory_trace l on l.seq = s.later and l.user_id = $1::uuid and l.state = 'active' and l.kind in ('fact', 'note')
      where s.n * 2 > c.n
      group by s.seq`,
    [userId, seqs],
  )
  return new Map(rows.map(({ seq, share }) => [seq, share]))
}

/** The graph shows it, and is told. */
const RELEASE = `graph_state = case t.graph_state when 'off' then 'off' else 'pending' end, graph_marks = t.graph_marks + 1`

/** Weighs memories anew that are as they were planned on. @returns those that were */
export async function writeWeights(
  tx: Queryable,
  userId: string,
  weights: readonly PlannedWeight[],
): Promise<PlannedWeight[]> {
  const written = await moveWeights(tx, { userId, weights, keep: true })
  return weights.filter(({ id }) => written.has(id))
}

/** Memories that a run weighed weigh what they did before, unless something was done with them since. */
export async function restoreWeights(
  tx: Queryable,
  userId: string,
  weights: readonly PlannedWeight[],
): Promise<void> {
  const back = weights.map((one) => ({ ...one, from: one.to, to: one.from }))
  await moveWeights(tx, { userId, weights: back, keep: false })
}

async function moveWeights(
  tx: Queryable,
  { userId, weights, keep }: { userId: string; weights: readonly PlannedWeight[]; keep: boolean },
): Promise<Set<string>> {
  if (weights.length === 0) return new Set()
  const first = keep ? 'coalesce(t.salience_written, t.salience)' : 't.salience_written'
  const { rows } = await tx.query<{ id: string }>(
    `update memoir.memory_trace t set salience = w.salience, salience_written = ${first}, ${RELEASE}
       from unnest($2::uuid[], $3::int[], $4::real[], $5::real[]) as w(id, revision, before, salience)
      where t.id = w.id and t.user_id = $1::uuid and t.state = 'active' and t.revision = w.revision and t.salience = w.before
      returning t.id`,
    [
      userId,
      weights.map((w) => w.id),
      weights.map((w) => w.revision),
      weights.map((w) => w.from),
      weights.map((w) => w.to),
    ],
  )
  return new Set(rows.map(({ id }) => id))
}
