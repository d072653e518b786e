import type { TraceKind } from '../domain/recall.ts'
import { PARTICIPANT } from '../domain/transcript.ts'
import type { QuotedMemory } from '../providers/language-model.ts'
import { spokenIn } from '../text/portrait/languages.ts'
import { statementsIn } from '../text/portrait/statements.ts'
import { isMachine } from '../domain/roles.ts'

/** A memory that holds now and is the user's own: a fact, a note or what they said themselves. */
export interface OwnMemory {
  readonly id: string
  readonly kind: TraceKind
  readonly content: string
  readonly occurredAt: string
  /** What a fact was made of, word for word, where that says it better: the latest last. */
  readonly quotes?: readonly string[]
}

export interface Material {
  /** In the order of the memories; of one there may be several. */
  readonly statements: readonly QuotedMemory[]
  /** What the user mostly writes. */
  readonly language: string
}

/** What may be told of a user, whatever model tells it: their own statements, in their own words, without secrets. */
export function materialOf(memories: readonly OwnMemory[]): Material {
  const told = memories.map((memory) => {
    const quote = quoteOf(memory)
    const content = quote ?? memory.content.replace(MARK, '')
    return { ...memory, content, noted: quote === undefined && memory.kind !== 'message' }
  })
  const spoken = spokenIn(told.map(({ content }) => content))
  const statements = told.flatMap(({ id, content, occurredAt, noted }) =>
    statementsIn(content, { language: spoken.of(content), noted }).map((text) => ({
      id,
      content: text,
      occurredAt,
    })),
  )
  return { statements, language: spoken.main }
}

/** How rules mark what they leave in the user's own words. */
const MARK = /^User(?: \(asked "[^"]*"\))?: /u

/** The user's words rather than a fact's, which may rest on the question that they answer. */
const quoteOf = ({ content, quotes = [] }: OwnMemory): string | undefined =>
  quotes.findLast((quote) => !/[?？؟]\s*$/u.test(quote) && !losesSpeaker(content, quote))

/** Whom a fact names first where that is not the user: "Noor is allergic to cats.", "Noor: I moved." */
const NAMED_FIRST =
  /^(?!User(?!\p{L})|(?:The|A) )(?<name>\p{Lu}[\p{L}\p{M}'’-]*)(?:: |['’]s | (?=\p{Ll}))/u
const I_SAY =
  /(?<![\p{L}\p{M}])(?:I|I['’](?:m|ve|d|ll)|my|me|ich|mein\p{L}*|mich|mir|yo|mi|mis|me|je|j['’]|mon|ma|mes)(?![\p{L}\p{M}])/iu

/** Another person's "I" must not read as the user's: then what the fact says of them is shown. */
function losesSpeaker(content: string, quote: string): boolean {
  const name = NAMED_FIRST.exec(content)?.groups?.['name']
  return name !== undefined && !I_SAY.test(name) && I_SAY.test(quote) && !quote.includes(name)
}

interface Told {
  readonly kind: TraceKind
  readonly role: string | null
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Whether a memory is a user's own: neither what a program or somebody else said, nor what was made of others. */
export const isOwn = ({ kind, role, metadata }: Told) =>
  kind === 'note' ||
  (kind === 'fact' && typeof metadata['name'] !== 'string') ||
  (kind === 'message' && !isMachine(role) && role !== PARTICIPANT)
