import type { PlannedEdge, PlannedName } from '../domain/consolidation.ts'
import type { EntityMention } from '../domain/entity.ts'
import type { FactDraft } from '../facts/draft.ts'
import { extractPassage, type FactContext } from '../facts/extract.ts'
import { passagesOf } from '../facts/passages.ts'
import type { DayTrace } from '../stores/consolidation/consolidation-days.ts'
import { isSoundEdge } from './check.ts'
import { turnOf } from './turns.ts'

/** Some 80,000 characters: more of a day than anybody says. */
const MAX_PASSAGES = 10
const MAX_EDGES = 64

/** What the day's memories say of two things, where nobody has looked for it yet: facts had it extracted when they were made. */
export async function planEdges(
  context: FactContext,
  traces: readonly DayTrace[],
): Promise<PlannedEdge[]> {
  const open = traces.filter(({ extracted, expires }) => !extracted && !expires)
  const shown = new Map(open.map((trace) => [trace.id, trace]))
  const edges = new Map<string, PlannedEdge>()
  for (const passage of passagesOf(open.map(turnOf)).slice(0, MAX_PASSAGES)) {
    const [first] = passage.turns
    const referenceTime = first?.at ? new Date(first.at) : new Date(0)
    const step = `relate:${passage.index}`
    for (const draft of await extractPassage(context, { step, passage, referenceTime })) {
      const sound = edgesOf(draft, open).filter((edge) => isSoundEdge(edge, shown))
      for (const edge of sound) edges.set(keyOf(edge), edge)
    }
  }
  return [...edges.values()].slice(0, MAX_EDGES)
}

const keyOf = ({ memory, subject, predicate, object }: PlannedEdge) =>
  JSON.stringify([
    memory,
    subject.type,
    subject.normalized,
    predicate,
    object.type,
    object.normalized,
  ])

function edgesOf(
  { entities, relations, sources }: FactDraft,
  open: readonly DayTrace[],
): PlannedEdge[] {
  const find = (value: string) => entities.find((one) => isNamed(one, value))
  return sources.flatMap(({ position }) => {
    const memory = open[position]?.id
    if (memory === undefined) return []
    return relations.flatMap(({ subject, predicate, object }) => {
      const [from, to] = [find(subject), find(object)]
      return from && to ? [{ memory, subject: nameOf(from), predicate, object: nameOf(to) }] : []
    })
  })
}

const isNamed = ({ value, normalized }: EntityMention, name: string) =>
  [value, normalized].some((one) => one.trim().toLowerCase() === name.trim().toLowerCase())

const nameOf = ({ type, value, normalized }: EntityMention): PlannedName => ({
  type,
  value,
  normalized,
})
