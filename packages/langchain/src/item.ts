import { uuid5, type Item } from '@langchain/langgraph-checkpoint'
import type { Memory } from '@memoir/client'

/**
 * An item of a store as a memory. Its text is what queries find; value, namespace and key are its metadata, the labels of the
 * namespace by position, so that a part of them finds by prefix. The Python client stores items in the same way.
 */

const SOURCE = 'langgraph'
/** Ids of items are made of namespace and key, so that the same key is the same memory. */
const ITEM_IDS = '5b0c3b1e-8c5f-4f0b-9d0c-6d1f2b7a9e41'

export type Value = Readonly<Record<string, unknown>>

interface ItemMetadata {
  readonly key: string
  readonly value: Value
  readonly depth: number
  readonly indexed: boolean
}

/** What an item's metadata holds, whole or in part. */
export function metadataOf(namespace: readonly string[], more: Partial<ItemMetadata> = {}) {
  return { [SOURCE]: { namespace: Object.fromEntries(namespace.entries()), ...more } }
}

export function itemOf({ metadata, created_at, updated_at }: Memory): Item {
  const { namespace, key, value, depth } = metadata[SOURCE] as ItemMetadata & {
    readonly namespace: Readonly<Record<string, string>>
  }
  return {
    namespace: Array.from({ length: depth }, (_, position) => namespace[position] ?? ''),
    key,
    value,
    createdAt: new Date(created_at),
    updatedAt: new Date(updated_at),
  }
}

/** The id of an item, written as Python's `json.dumps` does. */
export function idOf(namespace: readonly string[], key: string): string {
  const labels = [...namespace, key].map((label) => JSON.stringify(label)).join(', ')
  const ascii = labels.replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return uuid5(`[${ascii}]`, ITEM_IDS)
}

/** The texts at the paths of a value, of all of it (`$`) every text. */
export function textOf(value: Value, paths: readonly string[]): string {
  const parts = paths.flatMap((path) => textsAt(value, path === '$' ? [] : stepsOf(path)))
  return parts.filter((part) => part.trim() !== '').join('\n')
}

/** `chapters[*].title` as `chapters`, `*`, `title`. */
const stepsOf = (path: string) => path.replaceAll(/\[([^\]]*)\]/g, '.$1').split('.')

function textsAt(value: unknown, steps: readonly string[]): string[] {
  const [step, ...rest] = steps
  if (step === undefined) return textsOf(value)
  if (typeof value !== 'object' || value === null) return []
  if (step === '*') return Object.values(value).flatMap((inner) => textsAt(inner, rest))
  if (Array.isArray(value)) return textsAt(value.at(Number(step)), rest)
  return textsAt(Object.entries(value).find(([name]) => name === step)?.[1], rest)
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsOf)
}
