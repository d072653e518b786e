import type { Turn } from '../../domain/transcript.ts'
import type { ExtractedFact, ExtractRequest } from '../../providers/language-model.ts'
import { detectLanguage } from '../language.ts'
import { draftOf, type Draft } from './draft.ts'
import { selected } from './select.ts'
import { createSpeakers } from './speakers.ts'
import { questionOf, statementsOf, type TurnContext } from './turn-statements.ts'

/**
 * The best of a stretch of that many turns, about an hour's chat, are kept: one lively passage does not take the room of all others,
 * and each statement is held against few enough others for the time to grow with the turns alone.
 */
const STRETCH_TURNS = 40

/** What was said into what is remembered: every statement is rated, the best of each stretch are kept. */
export function extractFacts(request: ExtractRequest): ExtractedFact[] {
  const turns = draftsByTurn(request)
  // Of equal length, so that no stretch is a handful of turns.
  const length = Math.ceil(turns.length / Math.ceil(turns.length / STRETCH_TURNS))
  const facts: ExtractedFact[] = []
  for (let from = 0; from < turns.length; from += length) {
    const stretch = turns.slice(from, from + length)
    facts.push(...selected(stretch.flat(), stretch.length).map(({ fact }) => fact))
  }
  return facts
}

/** Every statement of every turn. */
function draftsByTurn(asked: ExtractRequest): Draft[][] {
  const request = { ...asked, language: languageOf(asked) }
  const all = [...request.before, ...request.turns]
  const speakerOf = createSpeakers(all)
  const names = [...new Set(all.map((turn) => speakerOf(turn).name))].slice(0, NAMES)
  return request.turns.map((turn, at): Draft[] => {
    const speaker = speakerOf(turn)
    if (!speaker.remembered) return []
    const before = all[request.before.length + at - 1]
    const context: TurnContext = {
      speaker,
      names,
      question:
        before === undefined || speakerOf(before).name === speaker.name
          ? undefined
          : questionBefore(before, request),
      language: request.language,
    }
    const said = turn.at ?? request.referenceTime
    return statementsOf(turn, context)
      .map((told) => draftOf(told, turn, { speaker, names, said }))
      .filter((draft) => draft !== undefined)
  })
}

/** A stretch of turns tells its language where one turn cannot. */
function languageOf({ language, turns }: ExtractRequest): string {
  if (language !== 'und') return language
  const sample = turns.slice(0, SAMPLED_TURNS).map(({ content }) => content.slice(0, SAMPLED_CHARS))
  return detectLanguage(sample.join('\n'))
}

/** A crowd's names are not looked for in each other's sentences: with thousands of them that alone would take minutes. */
const NAMES = 50

const SAMPLED_TURNS = 20
const SAMPLED_CHARS = 200

/** Turns before the stretch are read for what is referred to; evidence is of the stretch alone. */
function questionBefore(
  before: Turn,
  { turns, language }: ExtractRequest,
): TurnContext['question'] {
  const text = questionOf(before, language)
  if (text === undefined) return undefined
  const quoted = turns.includes(before) && before.content.includes(text)
  return { text, evidence: quoted ? { position: before.position, quote: text } : undefined }
}
