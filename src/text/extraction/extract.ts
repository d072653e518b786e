import type { Turn } from '../../domain/transcript.ts'
import type { ExtractedFact, ExtractRequest } from '../../providers/language-model.ts'
import { detectLanguage } from '../language.ts'
import { draftOf, type Draft } from './draft.ts'
import { selected } from './select.ts'
import { createSpeakers } from './speakers.ts'
import { questionOf, statementsOf, type TurnContext } from './turn-statements.ts'

/** What was said into what is remembered: every statement is rated, the best of a stretch of turns are kept. */
export const extractFacts = (request: ExtractRequest): ExtractedFact[] =>
  selected(draftsOf(request), request.turns.length).map(({ fact }) => fact)

/** Every statement, in the order they were made. */
export function draftsOf(asked: ExtractRequest): Draft[] {
  const request = { ...asked, language: languageOf(asked) }
  const all = [...request.before, ...request.turns]
  const speakerOf = createSpeakers(all)
  const names = [...new Set(all.map((turn) => speakerOf(turn).name))]
  return request.turns.flatMap((turn, at): Draft[] => {
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
