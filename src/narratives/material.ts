import type { TraceKind } from '../domain/recall.ts'
import type { QuotedMemory } from '../providers/language-model.ts'
import { spokenIn } from '../text/portrait/languages.ts'
import { statementsIn } from '../text/portrait/statements.ts'

/** A memory that holds now and is the user's own: a fact, a note or what they said themselves. */
export interface OwnMemory {
  readonly id: string
  readonly kind: TraceKind
  readonly content: string
  readonly occurredAt: string
}

export interface Material {
  /** In the order of the memories; of one there may be several. */
  readonly statements: readonly QuotedMemory[]
  /** What the user mostly writes. */
  readonly language: string
}

/** What may be told of a user, whatever model tells it: their own statements, in their own words, without secrets. */
export function materialOf(memories: readonly OwnMemory[]): Material {
  const spoken = spokenIn(memories.map(({ content }) => content))
  const statements = memories.flatMap(({ id, content, occurredAt }) =>
    statementsIn(content, spoken.of(content)).map((text) => ({ id, content: text, occurredAt })),
  )
  return { statements, language: spoken.main }
}

/** Roles under which programs speak; whatever else is there is a person. */
const MACHINES: ReadonlySet<string> = new Set([
  'assistant',
  'ai',
  'bot',
  'model',
  'system',
  'tool',
  'function',
  'developer',
])

/** Whether a memory is a user's own: neither what a program said, nor what was made of others. */
export const isOwn = ({ kind, role }: { readonly kind: TraceKind; readonly role: string | null }) =>
  kind === 'fact' ||
  kind === 'note' ||
  (kind === 'message' && !MACHINES.has((role ?? 'user').toLowerCase()))
