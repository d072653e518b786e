import { z } from 'zod'
import type { PlannedMerge } from '../domain/consolidation.ts'
import { answered } from '../facts/answers.ts'
import { normalizeFact } from '../facts/draft.ts'
import type { FactContext } from '../facts/extract.ts'
import { RELATIONS, type Resolution } from '../providers/language-model.ts'
import { nearPairs, type DayTrace } from '../stores/consolidation/consolidation-days.ts'
import { findActiveSpace } from '../stores/spaces/spaces.ts'
import { saysTheSame } from './check.ts'

/** Memories of a day that say the same. What was said stays with whoever said it: messages are never merged. */

/** Below it two sentences speak of different things, whatever a model says. */
const NEAR_COSINE = 0.8
/** Compared with each other are so many of a day. */
const MAX_COMPARED = 500
const A_REQUEST = 12
const MAX_CANDIDATES = 8

const resolutionsSchema: z.ZodType<readonly Resolution[]> = z.array(
  z.object({ relation: z.enum(RELATIONS), targets: z.array(z.string()) }),
)

/** Which memories give way to which: the same words, and what a model takes for a duplicate where it may. */
export async function planMerges(
  context: FactContext,
  traces: readonly DayTrace[],
): Promise<PlannedMerge[]> {
  const own = traces
    .filter(({ kind, expires }) => kind !== 'message' && !expires)
    .toSorted(byAge)
    .slice(0, MAX_COMPARED)
  const successors = new Map<string, string>()
  for (const group of Map.groupBy(own, wordsKey).values()) retire(group, successors)
  const left = own.filter(({ id }) => !successors.has(id))
  for (const [older, newer] of await askedDuplicates(context, left)) {
    if (!successors.has(older.id) && !successors.has(newer.id)) retire([older, newer], successors)
  }
  const byId = new Map(own.map((trace) => [trace.id, trace]))
  return [...successors].flatMap(([id, first]) => {
    const into = byId.get(lastOf(first, successors))
    const trace = byId.get(id)
    return into && trace
      ? [{ id, revision: trace.revision, into: into.id, into_revision: into.revision }]
      : []
  })
}

const byAge = (one: DayTrace, other: DayTrace) =>
  one.occurredAt.getTime() - other.occurredAt.getTime() || (one.id < other.id ? -1 : 1)

/** Only within one kind, scope and collection: what a key may see must not depend on what it may not. */
const placeOf = ({ kind, scope, collection }: DayTrace) => JSON.stringify([kind, scope, collection])
const wordsKey = (trace: DayTrace) => `${placeOf(trace)} ${normalizeFact(trace.content)}`

/** The oldest stays; one that its owner addresses by an id of their own stays whatever it repeats. */
function retire(group: readonly DayTrace[], successors: Map<string, string>): void {
  const stays = group.find(({ named }) => named) ?? group[0]
  for (const { id, named } of group)
    if (stays && id !== stays.id && !named) successors.set(id, stays.id)
}

function lastOf(id: string, successors: ReadonlyMap<string, string>): string {
  let last = id
  for (let next = successors.get(last); next !== undefined; next = successors.get(last)) last = next
  return last
}

interface Open {
  readonly newer: DayTrace
  readonly older: readonly DayTrace[]
}

async function askedDuplicates(
  context: FactContext,
  traces: readonly DayTrace[],
): Promise<[DayTrace, DayTrace][]> {
  const { db, userId } = context
  const space = await findActiveSpace(db)
  if (space === null || traces.length < 2) return []
  const byId = new Map(traces.map((trace) => [trace.id, trace]))
  const pairs = await nearPairs(db, { userId, space, ids: [...byId.keys()], cosine: NEAR_COSINE })
  const near = new Map<string, DayTrace[]>()
  for (const { one, other } of pairs) {
    const [older, newer] = [byId.get(one), byId.get(other)].toSorted((a, b) =>
      a && b ? byAge(a, b) : 0,
    )
    if (!older || !newer || placeOf(older) !== placeOf(newer) || !saysTheSame(older, newer))
      continue
    near.set(newer.id, [...(near.get(newer.id) ?? []), older].slice(0, MAX_CANDIDATES))
  }
  const open = [...near].flatMap(([id, older]): Open[] => {
    const newer = byId.get(id)
    return newer ? [{ newer, older }] : []
  })
  const found: [DayTrace, DayTrace][] = []
  for (let at = 0; at < open.length; at += A_REQUEST) {
    found.push(...(await ask(context, `merge:${at / A_REQUEST}`, open.slice(at, at + A_REQUEST))))
  }
  return found
}

async function ask(
  { db, model, jobId, userId, priority, signal, purses, fence }: FactContext,
  step: string,
  some: readonly Open[],
): Promise<[DayTrace, DayTrace][]> {
  const request = {
    facts: some.map(({ newer, older }) => ({
      ...quoted(newer),
      candidates: older.map((one) => ({ id: one.id, ...quoted(one) })),
    })),
  }
  const { value } = await answered(
    db,
    {
      jobId,
      userId,
      step,
      model: model.identity.model,
      input: request,
      schema: resolutionsSchema,
      fence,
    },
    async () =>
      await model.resolve(request, {
        priority,
        signal,
        ...(purses ? { purse: purses.language } : {}),
      }),
  )
  return some.flatMap(({ newer, older }, index): [DayTrace, DayTrace][] => {
    const resolution = value[index]
    if (resolution?.relation !== 'duplicate') return []
    // Whatever it names, only what it was shown.
    const target = older.find(({ id }) => resolution.targets.includes(id))
    return target ? [[target, newer]] : []
  })
}

const quoted = ({ content, occurredAt }: DayTrace) => ({
  content,
  occurredAt: occurredAt.toISOString(),
})
