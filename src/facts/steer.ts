import type { ExtractedFact, ModelAnswer } from '../providers/language-model.ts'
import type { DropReason, Steering } from '../steering/steering.ts'
import { detectLanguage } from '../text/language.ts'
import type { FactDraft } from './draft.ts'

/** What a model found, held against what the operator wants remembered: a model may not have followed. */

/** Facts that may be remembered, with their categories; before they are stored, so that no answer is kept with what may not. */
export function steeredFacts(
  answer: ModelAnswer<readonly ExtractedFact[]>,
  steering: Steering | undefined,
  onDrop?: (fact: ExtractedFact, why: DropReason) => void,
): ModelAnswer<readonly ExtractedFact[]> {
  if (steering === undefined) return answer
  const value = answer.value.flatMap((fact) => {
    const shown = { ...fact, content: steering.masked(fact.content) }
    const why = steering.refuses(shown.content)
    if (why !== undefined) {
      onDrop?.(shown, why)
      return []
    }
    return [steeredFact(shown, steering)]
  })
  return { value, promptVersion: `${answer.promptVersion}+s${steering.version}` }
}

function steeredFact(fact: ExtractedFact, steering: Steering): ExtractedFact {
  const { entity_types: types } = steering.settings
  const wanted = new Set(types.map((type) => type.toLowerCase()))
  const passes = (text: string) =>
    steering.masked(text) === text && steering.refuses(text) === undefined
  return {
    ...fact,
    evidence: fact.evidence.map((one) => ({ ...one, quote: steering.masked(one.quote) })),
    entities: fact.entities.filter(
      ({ type, value }) => (wanted.size === 0 || wanted.has(type.toLowerCase())) && passes(value),
    ),
    relations: fact.relations.filter(({ subject, predicate, object }) =>
      passes(`${subject} ${predicate.replaceAll('_', ' ')} ${object}`),
    ),
    category: categoryOf(fact, steering),
  }
}

/** What a model says, when it is one of those there are; where nobody could be asked, the words say it. */
function categoryOf(
  { category, content }: ExtractedFact,
  { settings, category: byWords }: Steering,
): string | null {
  if (category === undefined) return byWords(content, detectLanguage(content))
  return settings.categories.some(({ name }) => name === category) ? category : null
}

/** A fact may be remembered whose proof says more than that: the words of the proof are not kept then. */
export const withoutRefusedQuotes = (
  drafts: readonly FactDraft[],
  steering: Steering | undefined,
): FactDraft[] =>
  drafts.map((draft) =>
    steering === undefined
      ? draft
      : {
          ...draft,
          sources: draft.sources.map((one) =>
            steering.refuses(one.quote) === undefined ? one : { ...one, quote: '' },
          ),
        },
  )
