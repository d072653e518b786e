import type { Candidate, Resolution, ResolveRequest } from '../../providers/language-model.ts'
import { correctionIn, corrects } from '../correction.ts'
import { normalizeEntity } from '../entities.ts'
import { detectLanguage } from '../language.ts'
import { folded } from '../spelling.ts'
import { attributesOf, isSingleValued, type Attribute } from './relations.ts'
import { wordsTagged } from './tagging.ts'
import { keyTerms, shareIn } from './terms.ts'

/**
 * What a new fact does to known ones, by rules alone. A wrong "new" is one memory too many, and recall ranks the newer one first; a
 * wrong "contradicts" hides a true one. So only what names the one home, employer, name or age of somebody, and nothing else besides,
 * takes the place of an older one that does the same.
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
  const attributes = singleOf(fact.content)
  if (attributes.length === 0) return NEW
  const replaced = fact.candidates.filter(
    (candidate) => isNewer(fact, candidate) && replaces(attributes, singleOf(candidate.content)),
  )
  return replaced.length === 0
    ? NEW
    : { relation: 'contradicts', targets: replaced.map(({ id }) => id) }
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

/** Case, marks and spaces tell no two facts apart. */
const spelled = (content: string) =>
  folded(content)
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()

const isNewer = (fact: Fact, { occurredAt }: Candidate) =>
  Date.parse(fact.occurredAt) > Date.parse(occurredAt)

const singleOf = (content: string) =>
  attributesOf(content).filter(({ plain, predicate }) => plain && isSingleValued(predicate))

const replaces = (ones: readonly Attribute[], others: readonly Attribute[]) =>
  ones.some((one) => others.some((other) => isOther(one, other)))

function isOther(one: Attribute, other: Attribute): boolean {
  if (one.predicate !== other.predicate || nameOf(one) !== nameOf(other)) return false
  const [terms, known] = [keyTerms(one.object, 'en'), keyTerms(other.object, 'en')]
  // "Berlin" and "Berlin-Mitte", "Siemens" and "Siemens Energy" can both be so.
  if (shareIn(terms, known) > 0 || terms.size === 0 || known.size === 0) return false
  return isCountry(one.object) === isCountry(other.object)
}

const nameOf = ({ subject }: Attribute) => normalizeEntity('person', subject)

/** Who lives in Berlin lives in Germany too. */
const isCountry = (name: string) => wordsTagged(name).some(({ tags }) => tags.has('Country'))
