import type { Queryable } from '../stores/database.ts'
import { findQuotes, findSummaries } from '../stores/forget/forget-clauses.ts'
import type { ForgetTarget } from '../stores/forget/forget.ts'
import { clauseWords, unitsOf } from '../text/clauses.ts'
import { stopWordsOf } from '../text/lexicons.ts'
import { detectLanguage } from '../text/language.ts'
import { clausesToForget } from './clauses.ts'
import { gateOf } from './gate.ts'
import type { FoundIn, Item } from './remembered.ts'

/** The words that facts were found in, and the summaries that say them again. */

interface OfFacts {
  readonly userId: string
  readonly facts: readonly Pick<ForgetTarget, 'id' | 'kind' | 'content'>[]
  readonly deletedOnly: boolean
}

/** To be read before the facts go. */
export async function foundIn(
  tx: Queryable,
  { userId, facts, deletedOnly }: OfFacts,
): Promise<FoundIn[]> {
  const own = new Map(
    facts.filter(({ kind }) => kind === 'fact').map(({ id, content }) => [id, content]),
  )
  if (own.size === 0) return []
  const quotes = await findQuotes(tx, { userId, ids: [...own.keys()] })
  const said = [
    ...[...own].map(([id, content]) => ({ id, content })),
    ...quotes.map(({ id, quote }) => ({ id, content: aboutFact(quote, own.get(id) ?? '') })),
  ]
  return said.map(({ id, content }) => ({
    kind: 'found_in',
    userId,
    content,
    traceId: id,
    deletedOnly,
  }))
}

/** Of a quote that says more than the fact, the clauses that share a word with it. */
export function aboutFact(quote: string, fact: string): string {
  const units = unitsOf(quote)
  if (units.length < 2) return quote
  const stops = stopWordsOf(detectLanguage(quote))
  const words = new Set(clauseWords(fact).filter((word) => !stops.has(word)))
  const about = units.filter((unit) => unit.some((word) => words.has(word)))
  return about.length === 0 ? quote : about.map((unit) => unit.join(' ')).join('\n')
}

/** A key for as long as one search takes. */
const ANY_KEY = 'search'

/** Summaries of whatever that say what is forgotten, in the words it was said in: the next are made without it. */
export async function summariesSaying(
  tx: Queryable,
  {
    userId,
    items,
    except,
  }: {
    userId: string
    items: readonly (Item | FoundIn)[]
    except: readonly { readonly id: string }[]
  },
): Promise<ForgetTarget[]> {
  const said = items.flatMap((item) => (item.kind === 'trace' ? [] : [item.content]))
  const none = { origin: Buffer.alloc(0), deletedOnly: false }
  const clauses = said.flatMap((content) => clausesToForget(ANY_KEY, { userId, content, ...none }))
  if (clauses.length === 0) return []
  const { passes } = gateOf({ userId, keys: [ANY_KEY], clauses })
  const gone = new Set(except.map(({ id }) => id))
  const summaries = await findSummaries(tx, userId)
  return summaries.filter(({ id, content }) => !gone.has(id) && !passes(content))
}
