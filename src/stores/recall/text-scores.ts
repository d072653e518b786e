import type { Bind, CandidateQuery } from './candidate-query.ts'
import type { RecallUser } from '../memory-users.ts'

/** BM25 over postings, of a memory's own text and of the window around it, as parts of the statement that finds candidates. */

/** Robertson and Zaragoza's usual saturation and length weight. */
const K1 = 1.5
const B = 0.75

/** A query that answers `(seq, text, around)`, what stands before it, and what is added for the candidates once they are picked. */
export interface TextScores {
  readonly before: string
  readonly scored: string
  readonly more: string
  readonly join: string
  readonly addText: string
  readonly addAround: string
  /** A query of the most that any text could score. */
  readonly most: string
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

/**
 * The sum of what the words weigh, each as the likeliest of its forms: a word that nobody wrote weighs most, and no text has it.
 * @param lexemes @param texts places of values
 */
const mostOf = (lexemes: string, texts: string, places: string, shares: string) => `
  select coalesce(sum(weight), 0) from (
    select min(coalesce(w.weight, ${weightOf('0', texts)})) as weight
      from unnest(${lexemes}::text[], ${places}::int[], ${shares}::float[]) as q(lexeme, place, share) left join words w using (lexeme)
     where q.share = 1
     group by q.place) each`

/** Document frequencies counted in the statement that scores: nothing to maintain, nothing that could disagree. */
export function countedScores({ user, words }: CandidateQuery, bind: Bind): TextScores {
  const texts = `${bind(user.textCount)}::float`
  const lexemes = bind(words.lexemes)
  const shares = bind(words.shares)
  return {
    before: `postings as materialized (
        select lexeme, seq, frequency, length, window_frequency, window_length
          from memoir.memory_posting
         where user_id = $1::uuid and lexeme = any(${lexemes}::text[])),
      words as (
        select lexeme, s.share * ${weightOf('n', texts)} as weight, s.share * ${weightOf('wn', texts)} as window_weight
          from (select lexeme, count(*) filter (where frequency > 0) as n, count(*) as wn from postings group by lexeme) f
          join unnest(${lexemes}::text[], ${shares}::float[]) as s(lexeme, share) using (lexeme)),`,
    scored: `select p.seq, ${sums(user, bind)}
          from postings p join words w using (lexeme)
         group by p.seq`,
    more: '',
    join: '',
    addText: '',
    addAround: '',
    most: mostOf(lexemes, texts, bind(words.places), shares),
  }
}

/** Postings of one word that are counted; beyond it is common whatever the exact number, and its weight next to nothing. */
const COUNTED_ROWS = 20_000
/**
 * Postings that are read to find candidates: the rarest words first, until there are this many. On 100,000 texts of words as frequent
 * as in language the first ten are then the same but for one in fifty.
 */
const READ_ROWS = 15_000

/**
 * For a user with many texts: the question's words are weighed first, the rare ones find candidates, and those that most texts hold
 * are looked up for the candidates alone.
 */
export function weighedScores({ user, words }: CandidateQuery, bind: Bind): TextScores {
  const texts = `${bind(user.textCount)}::float`
  const lexemes = bind(words.lexemes)
  const shares = bind(words.shares)
  const postings = 'memoir.memory_posting p on p.user_id = $1::uuid and p.lexeme = w.lexeme'
  const sum = sums(user, bind)
  return {
    before: `words as materialized (
      select w.lexeme, w.share * ${weightOf('c.n', texts)} as weight, w.share * ${weightOf('c.wn', texts)} as window_weight,
             row_number() over rarest = 1 or (sum(c.wn) over rarest)::float <= ${READ_ROWS} as telling
        from unnest(${lexemes}::text[], ${shares}::float[]) as w(lexeme, share)
       cross join lateral (
         select count(*) filter (where p.frequency > 0) as n, count(*) as wn
           from (select frequency from memoir.memory_posting
                  where user_id = $1::uuid and lexeme = w.lexeme limit ${COUNTED_ROWS}) p) c
       where c.wn > 0
      window rarest as (order by c.wn, w.lexeme)),`,
    scored: `select p.seq, ${sum} from words w join ${postings} where w.telling group by p.seq`,
    more: `, common as (
      select p.seq, ${sum} from picked c cross join words w join ${postings} and p.seq = c.seq
       where not w.telling
       group by p.seq)`,
    join: 'left join common m on m.seq = p.seq',
    addText: ' + coalesce(m.text, 0)',
    addAround: ' + coalesce(m.around, 0)',
    most: mostOf(lexemes, texts, bind(words.places), shares),
  }
}

/** The same score of a text that has no postings. @returns the score of a list of lexemes, repeated ones included */
export function bm25({
  user,
  lexemes,
  counts,
}: {
  user: RecallUser
  lexemes: readonly string[]
  /** In how many texts each stands; once where that is not known. */
  counts: ReadonlyMap<string, number>
}): (said: readonly string[]) => number {
  const average = Math.max(1, user.textLength / Math.max(1, user.textCount))
  const weights = lexemes.map((lexeme) => {
    const count = Math.max(1, counts.get(lexeme) ?? 0)
    const texts = Math.max(user.textCount, count)
    return [lexeme, (K1 + 1) * Math.log(1 + (texts - count + 0.5) / (count + 0.5))] as const
  })
  return (said) =>
    weights.reduce((sum, [lexeme, weight]) => {
      const frequency = said.filter((each) => each === lexeme).length
      const saturated = frequency + K1 * (1 - B + (B * said.length) / average)
      return sum + (frequency === 0 ? 0 : (weight * frequency) / saturated)
    }, 0)
}
