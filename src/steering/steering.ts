import type { Turn } from '../domain/transcript.ts'
import type { SensitiveTreatment, VersionedExtraction } from '../domain/extraction-settings.ts'
import { sentencesOf } from '../text/extraction/sentences.ts'
import { detectLanguage } from '../text/language.ts'
import type { SensitiveKind } from '../text/sensitive.ts'
import { categoryByWords, type CategoryOf } from '../text/steering/categories.ts'
import { holdsMask, maskSecrets, unmaskedSecrets } from '../text/steering/masks.ts'
import { findTouched, type TouchedTopic } from '../text/steering/never.ts'

/** Settings of extraction at work: what they let through of texts that are to be remembered. */

/** Why something is not remembered. */
export type DropReason =
  | { readonly reason: 'never'; readonly never: string }
  | { readonly reason: 'sensitive'; readonly kinds: readonly SensitiveKind[] }

export interface Steering extends VersionedExtraction {
  /** Why a text may not be remembered; undefined when it may. A secret counts unless it is masked. */
  refuses(text: string): DropReason | undefined
  /** A text as models read it: secrets masked, unless they are kept. */
  masked(text: string): string
  /** A text as it is remembered: without the sentences that may not be, and with secrets masked. */
  cleaned(text: string, onDrop?: (sentence: string, why: DropReason) => void): string
  category: CategoryOf
}

const LANGUAGE_SAMPLE_CHARS = 1_000
const languageOf = (text: string) => detectLanguage(text.slice(0, LANGUAGE_SAMPLE_CHARS))

/** @returns undefined for settings that change nothing */
export function steeringOf({ version, settings }: VersionedExtraction): Steering | undefined {
  const { instructions, categories, never, entity_types: types, sensitive } = settings
  const steers =
    instructions !== '' || sensitive !== 'keep' || [categories, never, types].some(hasAny)
  if (!steers) return undefined
  const rules: Rules = { sensitive, touched: findTouched(never) }
  return {
    version,
    settings,
    refuses: (text) => refusal(text, rules),
    masked: (text) => (sensitive === 'keep' ? text : maskSecrets(text)),
    cleaned: (text, onDrop) => cleaned(text, rules, onDrop),
    category: categoryByWords(categories),
  }
}

const hasAny = ({ length }: readonly unknown[]) => length > 0

interface Rules {
  readonly sensitive: SensitiveTreatment
  readonly touched: TouchedTopic
}

function refusal(
  text: string,
  { sensitive, touched }: Rules,
  language = languageOf(text),
): DropReason | undefined {
  const never = touched(text, language)
  if (never !== undefined) return { reason: 'never', never }
  if (sensitive === 'keep') return undefined
  const kinds = [...new Set(unmaskedSecrets(text).map(({ kind }) => kind))]
  if (kinds.length > 0 || (sensitive === 'drop' && holdsMask(text))) {
    return { reason: 'sensitive', kinds }
  }
  return undefined
}

function cleaned(
  text: string,
  rules: Rules,
  onDrop?: (sentence: string, why: DropReason) => void,
): string {
  const shown = rules.sensitive === 'keep' ? text : maskSecrets(text)
  const language = languageOf(text)
  if (refusal(shown, rules, language) === undefined) return shown
  const starts = sentencesOf(shown, language).map(({ start }) => start)
  // All that stands between two beginnings belongs to the first: code, addresses, the rest of what is too long.
  return [0, ...starts.slice(1)]
    .map((start, at) => shown.slice(start, starts[at + 1] ?? shown.length))
    .filter((sentence) => {
      const why = refusal(sentence, rules, language)
      if (why !== undefined) onDrop?.(sentence.trim(), why)
      return why === undefined
    })
    .join('')
    .trim()
}

/** Turns as they are remembered; those of which nothing is left are left out. */
export function cleanedTurns<T extends Pick<Turn, 'content'>>(
  steering: Steering | undefined,
  turns: readonly T[],
): readonly T[] {
  if (steering === undefined) return turns
  return turns.flatMap((turn) => {
    const content = steering.cleaned(turn.content)
    return /[\p{L}\p{N}]/u.test(content) ? [{ ...turn, content }] : []
  })
}

/** Turns as models read them. */
export const maskedTurns = <T extends Pick<Turn, 'content'>>(
  steering: Steering | undefined,
  turns: readonly T[],
): readonly T[] =>
  steering === undefined
    ? turns
    : turns.map((turn) => ({ ...turn, content: steering.masked(turn.content) }))
