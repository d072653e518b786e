import { extractFacts } from '../text/extraction/extract.ts'
import { attributesOf, isSingleValued } from '../text/extraction/relations.ts'
import { lexemesOf } from '../text/tokens.ts'

interface Known {
  readonly content: string
  readonly language: string
  /** Lexemes of names: naming somebody says nothing of what is known of them. */
  readonly names: ReadonlySet<string>
}

/**
 * Whether what was said is about a known fact: it has one of its words, or says a thing of which there is one at a time ("I moved to
 * Linz", "lives in Graz"). A model may write anything into a fact, and nothing into what was said.
 */
export function speaksOf(said: string, known: Known): boolean {
  const words = new Set(lexemesOf(said, known.language))
  return tellingLexemes(known).some((lexeme) => words.has(lexeme)) || saysOneOf(said, known)
}

/** Whom it is about, "the user" or a name, begins a fact and is in most of them. */
function tellingLexemes({ content, language, names }: Known): string[] {
  const [subject = ''] = content.replace(/^the\s+/iu, '').split(/\s/u, 1)
  const whose = new Set(lexemesOf(`${subject} user`, language))
  return lexemesOf(content, language).filter((lexeme) => !names.has(lexeme) && !whose.has(lexeme))
}

function saysOneOf(said: string, { content, language }: Known): boolean {
  const known = singleOf(attributesOf(content))
  if (known.size === 0) return false
  const turn = { position: 0, role: 'user', name: null, content: said, at: null }
  const facts = extractFacts({ turns: [turn], before: [], referenceTime: '', language })
  const relations = facts.flatMap((fact) => [...fact.relations, ...attributesOf(fact.content)])
  return !singleOf(relations).isDisjointFrom(known)
}

const singleOf = (relations: readonly { readonly predicate: string }[]) =>
  new Set(relations.map(({ predicate }) => predicate).filter(isSingleValued))
