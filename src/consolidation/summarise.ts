import type { PlannedSummary } from '../domain/consolidation.ts'
import type { FactContext } from '../facts/extract.ts'
import { summaryId } from '../facts/summary-id.ts'
import { summaryOf, type Summary } from '../facts/summarise.ts'
import type { DayTrace } from '../stores/consolidation/consolidation-days.ts'
import { sentencesOf } from '../text/extraction/sentences.ts'
import { detectLanguage } from '../text/language.ts'
import { evidenceOf, isSupported } from './check.ts'
import { cleanedTurns } from '../steering/steering.ts'
import { turnOf } from './turns.ts'

/** The one summary of a user's day, for ever under the same id. */
export const daySummaryId = (userId: string, day: string) => summaryId(userId, ['day-summary', day])

const SAMPLE_CHARS = 4_000
/** Memories that a summary points to: the most telling ones. */
const MAX_POINTERS = 16

/**
 * What a day held, in one text. Of one scope alone, since whoever may see one may not see another; and nothing that is to expire,
 * which a summary would outlive.
 * @throws MemoirError `vendor_bad_answer` when the answer is empty, cut, or says what nobody said
 */
export async function planSummary(
  context: FactContext,
  { day, traces }: { day: string; traces: readonly DayTrace[] },
): Promise<PlannedSummary | null> {
  const lasting = traces.filter(({ expires }) => !expires)
  const scope = scopeOf(lasting)
  const told = cleanedTurns(
    context.steering,
    lasting.filter((trace) => trace.scope === scope),
  ).filter(saysAnything)
  if (scope === undefined || told.length === 0) return null
  const said = told.map(({ content }) => content).join('\n')
  const language =
    context.language === 'auto' ? detectLanguage(said.slice(0, SAMPLE_CHARS)) : context.language
  const evidence = evidenceOf(told, { day, language })
  const usable = (answer: string) => isSupported(answer, evidence)
  const parts: Summary[] = []
  for (const [step, some] of partsOf(told)) {
    const question = {
      step,
      turns: some.map(turnOf),
      before: null,
      usable,
      stated: step === STATED,
    }
    parts.push(await summaryOf(context, question))
  }
  const [first] = parts
  if (first === undefined) return null
  const { model, promptVersion } = first
  const content = parts
    .map((part) => part.content.trim())
    .join(' ')
    .trim()
  if (content === '') return null
  return {
    id: daySummaryId(context.userId, day),
    content,
    scope,
    language,
    model,
    prompt_version: promptVersion,
    rests_on: told
      .toSorted((one, other) => other.salience - one.salience)
      .slice(0, MAX_POINTERS)
      .map(({ id }) => id),
  }
}

/** Pictures, code and addresses alone are nothing to sum up, whatever model is asked. */
const saysAnything = ({ content, language }: DayTrace) =>
  sentencesOf(content.slice(0, SAMPLE_CHARS), language).length > 0

const STATED = 'day:stated'

/** What was said, and what stands for itself, one after the other. */
function partsOf(told: readonly DayTrace[]): [string, DayTrace[]][] {
  const said = told.filter(({ kind }) => kind === 'message')
  const stated = told.filter(({ kind }) => kind !== 'message')
  const parts: [string, DayTrace[]][] = [
    ['day:said', said],
    [STATED, stated],
  ]
  return parts.filter(([, some]) => some.length > 0)
}

/** The usual one, where there is anything in it; else that of most memories. */
function scopeOf(traces: readonly DayTrace[]): string | undefined {
  const counts = [...Map.groupBy(traces, ({ scope }) => scope)]
  const usual = counts.find(([scope]) => scope === 'personal')
  return (usual ?? counts.toSorted((one, other) => other[1].length - one[1].length)[0])?.[0]
}
