import type { Turn } from '../../domain/transcript.ts'
import { courtesiesOf } from '../courtesies.ts'
import { lexemesOf } from '../tokens.ts'
import { sentencesOf } from './sentences.ts'
import { createSpeakers, type Speaker } from './speakers.ts'
import { isQuestion } from './statement.ts'

/** What people state in a conversation, sentence by sentence and in their own words; nothing that an assistant says. */

export interface OwnSentence {
  readonly speaker: Speaker
  readonly turn: Turn
  /** One line, as it was said. */
  readonly text: string
}

/** What is pasted in is read as far as this. It bounds the time that a turn can take. */
const SENTENCES_READ = 400
/** A crowd calls nobody by name. */
const MAX_NAMES = 50

export function ownSentences(turns: readonly Turn[], language: string): OwnSentence[] {
  const speakerOf = createSpeakers(turns)
  const names = new Set(
    turns.flatMap((turn) => lexemesOf(speakerOf(turn).name, language)).slice(0, MAX_NAMES),
  )
  return turns.flatMap((turn) => {
    const speaker = speakerOf(turn)
    if (!speaker.remembered) return []
    return statedIn(turn.content, language, names).map((text) => ({ speaker, turn, text }))
  })
}

/**
 * The sentences of a text that state something: no question, and no mere courtesy.
 * @param names lexemes of whoever is spoken to
 */
export function statedIn(
  text: string,
  language: string,
  names: ReadonlySet<string> = new Set(),
): string[] {
  const courtesies = courtesiesOf(language)
  return sentencesOf(text, language)
    .slice(0, SENTENCES_READ)
    .map((sentence) => sentence.text.replaceAll(/\s+/gu, ' ').trim())
    .filter((sentence) => {
      const lexemes = lexemesOf(sentence, language)
      const says = lexemes.some((lexeme) => !courtesies.has(lexeme) && !names.has(lexeme))
      return says && !isQuestion(sentence) && !/[？؟]["'”’)\]\s]*$/u.test(sentence)
    })
}
