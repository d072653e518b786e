import type {
  Candidate,
  FactRelation,
  Resolution,
  ResolveRequest,
} from '../../providers/language-model.ts'
import { correctionIn, corrects } from '../correction.ts'
import { normalizeEntity } from '../entities.ts'
import { detectLanguage } from '../language.ts'
import { folded } from '../spelling.ts'
import { isSingleValued, relationsOfNamed } from './relations.ts'
import { wordsTagged } from './tagging.ts'
import { keyTerms, shareIn } from './terms.ts'

/**
 * What a new fact does to known ones, by rules alone. A wrong "new" is one memory too many; a wrong "contradicts" hides a true one.
 * So everything that a rule does not settle is new.
 */

type Fact = ResolveRequest['facts'][number]

const NEW: Resolution = { relation: 'new', targets: [] }

export const resolveFacts = ({ facts }: ResolveRequest): Resolution[] => facts.map(resolved)

function resolved(fact: Fact): Resolution {
  const spelling = spelled(fact.content)
  const same = fact.candidates.find(({ content }) => spelled(content) === spelling)
  if (same !== undefined) return { relation: 'duplicate', targets: [same.id] }
  const corrected = correctedBy(fact)
  if (corrected !== undefined) return { relation: 'contradicts', targets: [corrected.id] }
  const relations = relationsOfNamed(fact.content)
  const told = fact.candidates.map((candidate) => ({
    candidate,
    relations: relationsOfNamed(candidate.content),
  }))
  const contradicted = told.filter(
    ({ candidate, relations: known }) =>
      isNewer(fact, candidate) &&
      !isUnsettled(fact.content) &&
      !isUnsettled(candidate.content) &&
      anyPair(relations, known, contradicts),
  )
  if (contradicted.length > 0) return found('contradicts', contradicted)
  const refined = told.filter(
    ({ candidate, relations: known }) =>
      saysMore(fact.content, candidate.content) && anyPair(relations, known, isSameKind),
  )
  // Who says more of several things at once sums up or denies: each of them stands for itself.
  return refined.length === 1 ? found('refines', refined) : NEW
}

/** What an explicit correction is of, where only one can be meant. */
function correctedBy(fact: Fact): Candidate | undefined {
  const correction = correctionIn(fact.content)
  if (correction === null) return undefined
  const said = { text: fact.content, language: detectLanguage(fact.content, 'en') }
  const [meant, ...others] = fact.candidates.filter(
    (candidate) => isNewer(fact, candidate) && corrects(said, correction, candidate.content),
  )
  return others.length === 0 ? meant : undefined
}

const found = (
  relation: 'contradicts' | 'refines',
  known: readonly { readonly candidate: Candidate }[],
): Resolution => ({ relation, targets: known.map(({ candidate }) => candidate.id) })

/** Case, marks and spaces tell no two facts apart. */
const spelled = (content: string) =>
  folded(content)
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()

const isNewer = (fact: Fact, { occurredAt }: Candidate) =>
  Date.parse(fact.occurredAt) > Date.parse(occurredAt)

/** What is denied, doubted, wished or gone by is no state that another could take the place of. */
const UNSETTLED =
  /\b(?:not|never|no longer|used to|would|could|might|may|wishes|hopes|almost|[Mm]aybe|[Pp]erhaps|probably|says that|if|If|contradict\w*|den(?:y|ies|ied)|doubt\w*|false|untrue|wrong|lied?|lies)\b/u

const isUnsettled = (content: string) => UNSETTLED.test(content)

function anyPair(
  ones: readonly FactRelation[],
  others: readonly FactRelation[],
  holds: (one: FactRelation, other: FactRelation) => boolean,
): boolean {
  return ones.some((one) => others.some((other) => isSameKind(one, other) && holds(one, other)))
}

const isSameKind = (one: FactRelation, other: FactRelation) =>
  one.predicate === other.predicate && nameOf(one.subject) === nameOf(other.subject)

const nameOf = (subject: string) => normalizeEntity('person', subject)

function contradicts(one: FactRelation, other: FactRelation): boolean {
  if (!isSingleValued(one.predicate)) return false
  const [terms, known] = [keyTerms(one.object, 'en'), keyTerms(other.object, 'en')]
  // "Berlin" and "Berlin-Mitte", "Siemens" and "Siemens Energy" can both be so.
  if (shareIn(terms, known) > 0 || terms.size === 0 || known.size === 0) return false
  return isCountry(one.object) === isCountry(other.object)
}

/** Who lives in Berlin lives in Germany too. */
const isCountry = (name: string) => wordsTagged(name).some(({ tags }) => tags.has('Country'))

function saysMore(content: string, known: string): boolean {
  if (isUnsettled(content) !== isUnsettled(known)) return false
  const [terms, fewer] = [keyTerms(content, 'en'), keyTerms(known, 'en')]
  return terms.size > fewer.size && fewer.size > 0 && shareIn(fewer, terms) === 1
}
