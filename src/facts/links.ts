import type { EntityMention } from '../domain/entity.ts'
import type { Resolved } from './resolve.ts'

/** An edge without its user. */
export interface Link {
  readonly src: string
  readonly dst: string
  readonly type: string
  readonly weight: number
}

/** Edges of one type that leave one trace; more say nothing and make every hop wider. */
const MAX_EDGES = 16
/** As many earlier memories as a reader would follow. */
const SAME_TOPIC = 3
/** Below it two short sentences share words by chance. */
const SAME_TOPIC_COSINE = 0.45
/** What may stand as the type of an edge, whatever a model calls it. */
const PREDICATE = /^[a-z][a-z0-9_]{0,47}$/

/** Edges of a fact: to what it names, between the things it relates, and to earlier facts on the same matter. */
export function linksOf(
  { read: { draft }, near, targets }: Resolved,
  entityOf: (mention: EntityMention) => string | undefined,
): Link[] {
  const named = draft.entities.slice(0, MAX_EDGES).flatMap((mention) => {
    const id = entityOf(mention)
    return id === undefined ? [] : [{ id, mention }]
  })
  const find = (value: string) =>
    named.find(
      ({ mention }) => sameName(mention.value, value) || sameName(mention.normalized, value),
    )?.id
  const gone = new Set(targets.map(({ id }) => id))
  return [
    ...named.map(({ id, mention }) => ({
      src: draft.id,
      dst: id,
      type: 'mentions',
      weight: mention.confidence,
      spelling: mention.value,
    })),
    ...draft.relations.slice(0, MAX_EDGES).flatMap(({ subject, predicate, object }) => {
      const [src, dst] = [find(subject), find(object)]
      const usable =
        src !== undefined && dst !== undefined && src !== dst && PREDICATE.test(predicate)
      return usable ? [{ src, dst, type: predicate, weight: 1 }] : []
    }),
    ...near
      .filter(({ id, cosine }) => cosine >= SAME_TOPIC_COSINE && !gone.has(id))
      .slice(0, SAME_TOPIC)
      .map(({ id, cosine }) => ({ src: draft.id, dst: id, type: 'same_topic', weight: cosine })),
  ]
}

function sameName(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase()
}
