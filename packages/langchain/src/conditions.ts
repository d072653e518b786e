import type { MatchCondition } from '@langchain/langgraph-checkpoint'
import type { Value } from './item.ts'

/** Filters of searches and conditions of lists of namespaces, as LangGraph defines them. */

export type Filter = Readonly<Record<string, unknown>>

/** The part of a filter that the server can apply: equal values. */
export function equalParts(filter: Filter = {}): Value {
  return Object.fromEntries(
    Object.entries(filter).filter(([, wanted]) =>
      ['string', 'number', 'boolean'].includes(typeof wanted),
    ),
  )
}

export function matches(value: Value, filter: Filter = {}): boolean {
  return Object.entries(filter).every(([name, wanted]) => holds(value[name], wanted))
}

function holds(value: unknown, wanted: unknown): boolean {
  if (!isComparison(wanted)) return isSame(value, wanted)
  return Object.entries(wanted).every(([name, other]) => compares(value, name, other))
}

const isComparison = (wanted: unknown): wanted is Filter =>
  typeof wanted === 'object' &&
  wanted !== null &&
  Object.keys(wanted).some((name) => name.startsWith('$'))

/** Both came as JSON. */
const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

function compares(value: unknown, name: string, other: unknown): boolean {
  switch (name) {
    case '$eq':
      return isSame(value, other)
    case '$ne':
      return !isSame(value, other)
    case '$in':
      return Array.isArray(other) && other.some((one) => isSame(value, one))
    case '$nin':
      return Array.isArray(other) && !other.some((one) => isSame(value, one))
    case '$gt':
      return Number(value) > Number(other)
    case '$gte':
      return Number(value) >= Number(other)
    case '$lt':
      return Number(value) < Number(other)
    case '$lte':
      return Number(value) <= Number(other)
    default:
      throw new Error(
        `filter: ${name} is not known; there are $eq, $ne, $in, $nin, $gt, $gte, $lt and $lte`,
      )
  }
}

export function meets(namespace: readonly string[], { matchType, path }: MatchCondition): boolean {
  if (path.length > namespace.length) return false
  const from = matchType === 'prefix' ? 0 : namespace.length - path.length
  return path.every((wanted, nth) => wanted === '*' || wanted === namespace[from + nth])
}
