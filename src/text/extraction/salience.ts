import { keyTerms } from './terms.ts'

/** How much a fact deserves remembering. */
export interface Signs {
  readonly language: string
  /** The speaker asked for it: "remember that …". */
  readonly asked: boolean
  /** It speaks of the speaker's own life, not of the world. */
  readonly own: boolean
  /** How many people, places and things it names. */
  readonly names: number
}

/** Eight key terms say who, what, where, when and why; more make a sentence longer and say no more. */
const ENOUGH_TERMS = 8

/**
 * A sum of shares, cut to 0..1. Specificity counts most; whose life it is comes next, since recall is about people; names and numbers
 * are what later questions ask by. Being asked to remember outweighs any two of the others, and health makes up for the few words it
 * is said in ("I am allergic to nuts").
 */
export function salienceOf(text: string, { language, asked, own, names }: Signs): number {
  const sum =
    0.15 +
    0.4 * Math.min(1, keyTerms(text, language).size / ENOUGH_TERMS) +
    (own ? 0.15 : 0) +
    (names > 0 ? 0.1 : 0) +
    (/\p{N}/u.test(text) ? 0.1 : 0) +
    (showsAffect(text) ? 0.05 : 0) +
    (asked ? 0.4 : 0) +
    (tellsOfHealth(text) ? 0.25 : 0)
  return Math.round(Math.min(1, sum) * 100) / 100
}

const AFFECT =
  /\b(?:love[ds]?|hate[ds]?|happ(?:y|ier|iness)|sad|proud|afraid|scared?|fear|excited|thrilled|grateful|thankful|anxious|nervous|worried|lonely|inspir\w{2,6}|passion\w{0,4}|miss(?:ed)?|enjoy\w{0,3}|joy|favou?rite|fave|dream\w{0,2}|special|hope[ds]?|determined|comfort\w{0,3}|overwhelm\w{0,4}|tough|hard|stress\w{0,4})\b/iu
export const showsAffect = (text: string) => AFFECT.test(text)

/** Allergies, conditions, drugs and what else care has to be taken of. */
const HEALTH = new RegExp(
  String.raw`(?<!\p{L})(?:${[
    String.raw`allerg(?:y|ies|ic|ie|ien|isch|ique|iques)|al[eé]rgi(?:a|as|co|ca)|intoleran(?:ce|cia|z|te?)|anaphyla\p{L}+`,
    String.raw`diab[eé]t\p{L}+|asth?ma(?:tic)?|asthme|asm[aá]tic[oa]|epilep\p{L}+|[eé]pilep\p{L}+|c(?:o)?eliac|zöliakie|c[eé]l[ií]a[cq]\p{L}+`,
    String.raw`pregnan(?:t|cy)|schwanger|embarazada|enceinte|diagnosed with|hiv|cancer|tumou?rs?|krebs|c[aá]ncer|insulina?e?|chemo(?:therapy)?`,
    String.raw`blood pressure|heart (?:attack|disease|condition|failure)|pacemaker|wheelchair|dyslexi[ac]|adhd|autis(?:m|tic)|bipolar|migraines?|multiple sclerosis`,
  ].join('|')})(?!\p{L})`,
  'iu',
)

const tellsOfHealth = (text: string) => HEALTH.test(text)
