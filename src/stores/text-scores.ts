import type { Bind, CandidateQuery } from './candidate-query.ts'
import type { Queryable } from './database.ts'
import type { RecallUser } from './memory-users.ts'

/** BM25 over postings, of a memory's own text and of the window around it, as parts of the statement that finds candidates. */

/** Robertson and Zaragoza's usual saturation and length weight. */
const K1 = 1.5
const B = 0.75

/** A table `scored (seq, text, around)`, and what is added for the candidates once they are picked. */
export interface TextScores {
  readonly scored: string
  readonly more: string
  readonly join: string
  readonly addText: string
  readonly addAround: string
}

/** Sums over `p` (postings) and `w` (words with their weights), given a user's average lengths. */
function sums(user: RecallUser, bind: Bind): string {
  const average = (sum: number) => Math.max(1, sum / Math.max(1, user.textCount))
  const flat = `${bind(K1 * (1 - B))}::float`
  const length = `${bind((K1 * B) / average(user.textLength))}::float`
  const windowLength = `${bind((K1 * B) / average(user.windowLength))}::float`
  return `sum(w.weight * p.frequency / (p.frequency + ${flat} + ${length} * p.length)) as text,
          sum(w.window_weight * p.window_frequency / (p.window_frequency + ${flat} + ${windowLength} * p.window_length)) as around`
}

/** Lucene's inverse document frequency, times the constant of the saturation. */
const weightOf = (count: string, texts: string) =>
  `(${K1 + 1}::float * ln(1 + (greatest(${texts}, ${count}) - ${count} + 0.5::float) / (${count} + 0.5::float)))`

/** Document frequencies counted in the statement that scores: nothing to maintain, nothing that could disagree. */
export function countedScores({ user, lexemes }: CandidateQuery, bind: Bind): TextScores {
  const texts = `${bind(user.textCount)}::float`
  return {
    scored: `postings as materialized (
        select lexeme, seq, frequency, length, window_frequency, window_length
          from memoir.memory_posting
         where user_id = $1::uuid and lexeme = any(${bind(lexemes)}::text[])),
      words as (
        select lexeme, ${weightOf('n', texts)} as weight, ${weightOf('wn', texts)} as window_weight
          from (select lexeme, count(*) filter (where frequency > 0) as n, count(*) as wn from postings group by lexeme) f),
      scored as (
        select p.seq, ${sums(user, bind)}
          from postings p join words w using (lexeme)
         group by p.seq)`,
    more: '',
    join: '',
    addText: '',
    addAround: '',
  }
}

export interface WordWeight {
  readonly lexeme: string
  readonly rows: number
  readonly weight: number
  readonly window_weight: number
}

/** A question's words: those whose postings are read whole, and those looked up for candidates only. */
export interface WordWeights {
  readonly telling: readonly WordWeight[]
  readonly common: readonly WordWeight[]
}

/** Postings of one word that are counted; beyond it is common whatever the exact number, and its weight next to nothing. */
const COUNTED_ROWS = 20_000
/** Postings that are read to find candidates: the rarest words first, until there are this many. */
const READ_ROWS = 30_000

/** Weighs the words of a question to a user with many texts, so that those most texts hold are not read through. */
export async function weighWords(
  db: Queryable,
  { user, lexemes }: CandidateQuery,
): Promise<WordWeights> {
  const { rows } = await db.query<WordWeight>(
    `select w.lexeme, c.wn as rows, ${weightOf('c.n', '$3::float')} as weight, ${weightOf('c.wn', '$3::float')} as window_weight
       from unnest($2::text[]) as w(lexeme)
      cross join lateral (
        select count(*) filter (where p.frequency > 0) as n, count(*) as wn
          from (select frequency from memoir.memory_posting
                 where user_id = $1::uuid and lexeme = w.lexeme limit ${COUNTED_ROWS}) p) c
      where c.wn > 0
      order by c.wn`,
    [user.id, lexemes, user.textCount],
  )
  let read = 0
  const telling = rows.filter(({ rows: count }, index) => {
    read += count
    return index === 0 || read <= READ_ROWS
  })
  return { telling, common: rows.slice(telling.length) }
}

export function givenScores(
  { telling, common }: WordWeights,
  { user, bind }: { user: RecallUser; bind: Bind },
): TextScores {
  const words = (some: readonly WordWeight[]) =>
    `unnest(${bind(some.map((w) => w.lexeme))}::text[], ${bind(some.map((w) => w.weight))}::float[], ${bind(some.map((w) => w.window_weight))}::float[]) as w(lexeme, weight, window_weight)`
  const scored = `scored as materialized (
    select p.seq, ${sums(user, bind)}
      from ${words(telling)} join memoir.memory_posting p on p.user_id = $1::uuid and p.lexeme = w.lexeme
     group by p.seq)`
  if (common.length === 0) return { scored, more: '', join: '', addText: '', addAround: '' }
  return {
    scored,
    more: `, common as (
      select p.seq, ${sums(user, bind)}
        from picked c cross join ${words(common)}
        join memoir.memory_posting p on p.user_id = $1::uuid and p.lexeme = w.lexeme and p.seq = c.seq
       group by p.seq)`,
    join: 'left join common m on m.seq = p.seq',
    addText: ' + coalesce(m.text, 0)',
    addAround: ' + coalesce(m.around, 0)',
  }
}
