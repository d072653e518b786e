import type { Database, Queryable } from '../stores/database.ts'
import { findForgottenClauses } from '../stores/forget/forgotten-clauses.ts'
import { createFinder, withoutFound } from './clauses.ts'
import { keysOf, type ForgetSecret } from './remembered.ts'

/**
 * The one gate for what is made of what users said: facts, summaries, narratives, answers and whatever else is derived. Nothing is shown to
 * a model, and nothing a model said is kept, but what passes. It knows clauses by their words; what a model says in words of its own
 * about grounds that pass is not recognised.
 */
export interface Gate {
  /** What of a text passes: all of it, what is left without forgotten clauses, or nothing. */
  readonly text: (content: string) => string
  readonly passes: (content: string) => boolean
}

export interface GateOf {
  readonly namespaceId: string
  readonly userId: string
  readonly secret: ForgetSecret
}

const OPEN: Gate = { text: (content) => content, passes: () => true }

/** `derived` is stricter than `said`: out of it goes also what facts were found in that were only deleted. */
export async function openGate(
  db: Queryable,
  of: GateOf,
  towards: 'said' | 'derived' = 'derived',
): Promise<Gate> {
  const all = await findForgottenClauses(db, of)
  const clauses = towards === 'derived' ? all : all.filter(({ deletedOnly }) => !deletedOnly)
  if (clauses.length === 0) return OPEN
  return gateOf({ userId: of.userId, keys: await keysOf(db, of.secret), clauses })
}

export function gateOf(known: Parameters<typeof createFinder>[0]): Gate {
  const find = createFinder(known)
  const text = (content: string) => withoutFound(content, find(content))
  return { text, passes: (content) => find(content).every(({ hashes }) => hashes.length === 0) }
}

/** The gate of work on one user's texts: of whom nothing was forgotten when they were read, everything passes. */
export async function gateFor({
  db,
  userId,
  fence,
}: {
  readonly db: Database
  readonly userId: string
  readonly fence?: {
    readonly namespaceId: string
    readonly secret: ForgetSecret
    readonly seq: number
  }
}): Promise<Gate> {
  return fence === undefined || fence.seq === 0 ? OPEN : await openGate(db, { ...fence, userId })
}

/** Grounds as far as they pass; those of which nothing is left go. */
export function passing<Ground extends { readonly content: string }>(
  { text }: Gate,
  grounds: readonly Ground[],
): Ground[] {
  return grounds.flatMap((ground) => {
    const content = text(ground.content)
    return content === ground.content ? [ground] : content === '' ? [] : [{ ...ground, content }]
  })
}
