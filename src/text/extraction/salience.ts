/** How much a statement deserves remembering. */

export interface Signs {
  /** Key terms but for the names of those who talk. */
  readonly terms: number
  /** People, places, organisations other than those who talk. */
  readonly names: number
  /** Numbers and dates. */
  readonly numbers: number
  /** Words of joy, fear, love, loss. */
  readonly affect: boolean
  /** The speaker asked for it: "remember that …". */
  readonly asked: boolean
  /** It is told of the speaker's own life, not of the world. */
  readonly own: boolean
  /** It tells of an event, a plan, a liking or a bond: what people ask about later. */
  readonly telling: boolean
  /** It speaks to the other one ("you"), as comfort and praise do. */
  readonly toOther: boolean
  /** It holds an "it" or "them" that nothing in it explains. */
  readonly pointsAway: boolean
  /** It answers what the other one asked. */
  readonly answers: boolean
  /** It tells of somebody's health. */
  readonly health: boolean
}

/** Eight key terms say who, what, where, when and why; more make a sentence longer, not more telling. */
const ENOUGH_TERMS = 8

/**
 * A sum of shares, cut to 0..1. Specificity counts most, nearly half: a sentence of one or two key terms ("It was great") is no memory
 * whatever else it has. Whose life it is comes next, since recall is about people, and as much whether it tells of an event, a plan,
 * a liking or a bond. Names and numbers are what later questions ask by. Being asked to remember outweighs any two of the others;
 * comfort and praise for the other one ("you") weigh as much less as one's own life weighs more. Health
 * makes up for the few words it is told in ("I am allergic to nuts").
 *
 * Neither the shares nor the eight terms are fine: each can be a third more or less and notes are covered within five points.
 */
export function salienceOf(signs: Signs): number {
  const sum =
    0.45 * Math.min(1, signs.terms / ENOUGH_TERMS) +
    (signs.own ? 0.15 : 0) +
    (signs.telling ? 0.15 : 0) +
    (signs.answers ? 0.05 : 0) +
    0.1 * Math.min(1, signs.names) +
    0.1 * Math.min(1, signs.numbers) +
    (signs.affect ? 0.05 : 0) +
    (signs.asked ? 0.4 : 0) +
    (signs.health ? 0.25 : 0) -
    (signs.toOther ? 0.15 : 0) -
    (signs.pointsAway ? 0.05 : 0)
  return Math.round(Math.min(1, Math.max(0, sum)) * 100) / 100
}

const AFFECT =
  /\b(?:love[ds]?|hate[ds]?|happ(?:y|ier|iness)|sad|proud|afraid|scared?|fear|excited|thrilled|grateful|thankful|anxious|nervous|worried|lonely|inspir\w{2,6}|passion\w{0,4}|miss(?:ed)?|enjoy\w{0,3}|joy|favou?rite|fave|dream\w{0,2}|special|hope[ds]?|determined|comfort\w{0,3}|overwhelm\w{0,4}|tough|hard|stress\w{0,4})\b/iu
const TELLING =
  /\b(?:lost|got|bought|made|started?|starting|began|joined|went|visited|moved|met|found|took|won|painted|wrote|read|ran|signed|launched|opened|adopted|learn(?:ed|t)?|graduated|attended|celebrated|plan(?:s|ned|ning)?|going to|will|want(?:s|ed)?|hop(?:e|ing)|decided|work(?:s|ed|ing)?|liv(?:e|es|ed|ing)|love|like|enjoy|prefer|favou?rite|fave|hate|always|usually|every|used to|looking (?:for|into)|is (?:now |currently |also |still |really )?\w+ing|trying|realiz\w{1,3}|have|has|had|my|our|been|dream|goal|because|so that|helps?|never|(?:does|do|can) not|(?:is|was|are) (?:not )?(?:an?|from|allergic|vegetarian|vegan|married|engaged|single|divorced|pregnant|retired|born|called|named|\d+)\b)\b/iu

export const showsAffect = (text: string) => AFFECT.test(text)
export const isTelling = (text: string) => TELLING.test(text)

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

export const tellsOfHealth = (text: string) => HEALTH.test(text)
