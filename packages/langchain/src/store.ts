import {
  BaseStore,
  type GetOperation,
  type Item,
  type ListNamespacesOperation,
  type MatchCondition,
  type Operation,
  type OperationResults,
  type PutOperation,
  type SearchItem,
  type SearchOperation,
} from '@langchain/langgraph-checkpoint'
import type { Memoir, Memory } from '@memoir/client'
import { equalParts, matches, meets } from './conditions.ts'
import { idOf, itemOf, metadataOf, textOf } from './item.ts'

export interface MemoirStoreOptions {
  readonly memoir: Memoir
  /** Whose memories items are; unless given, the first label of each namespace says it. */
  readonly user_id?: string
  /** Paths of a value that are its text; all of it unless given. */
  readonly fields?: readonly string[]
}

/** The most that one recall answers. What filters on values leave of it is the result. */
const MAX_HITS = 100
const PAGE = 100
const LIMIT = 10

/**
 * Long-term memory of LangGraph agents in Memoir. `search` with a query recalls by words and by meaning; without one it lists,
 * the latest first. A value may be some 15 KiB as JSON. With `index: false` an item is not found by queries.
 */
export class MemoirStore extends BaseStore {
  readonly #memoir: Memoir
  readonly #userId: string | undefined
  readonly #fields: readonly string[]

  constructor({ memoir, user_id, fields = ['$'] }: MemoirStoreOptions) {
    super()
    this.#memoir = memoir
    this.#userId = user_id
    this.#fields = fields
  }

  /** Does the operations one after the other. */
  override async batch<Ops extends Operation[]>(operations: Ops): Promise<OperationResults<Ops>> {
    const results: unknown[] = []
    for (const operation of operations) results.push(await this.#do(operation))
    return results as OperationResults<Ops>
  }

  async #do(operation: Operation): Promise<unknown> {
    if ('namespacePrefix' in operation) return await this.#search(operation)
    if ('value' in operation) return await this.#put(operation)
    if ('key' in operation) return await this.#get(operation)
    return await this.#namespaces(operation)
  }

  #userOf(namespace: readonly string[]): string {
    const user = this.#userId ?? namespace[0]
    if (user !== undefined && user !== '' && user !== '*') return user
    throw new Error(
      "namespace: its first label is the user whose memories these are, as in ['maya', 'preferences']; or make the store with a user_id",
    )
  }

  async #find({ namespace, key }: GetOperation): Promise<Memory | undefined> {
    const metadata = metadataOf(namespace, { key, depth: namespace.length })
    const user_id = this.#userOf(namespace)
    const { items } = await this.#memoir.memories.list({ user_id, metadata, limit: 1 })
    return items[0]
  }

  async #get(operation: GetOperation): Promise<Item | null> {
    const memory = await this.#find(operation)
    return memory === undefined ? null : itemOf(memory)
  }

  async #put({ namespace, key, value, index }: PutOperation): Promise<void> {
    if (value === null) {
      const memory = await this.#find({ namespace, key })
      if (memory !== undefined) await this.#memoir.memories.remove(memory.id, { hard: true })
      return
    }
    const text = index === false ? '' : textOf(value, index ?? this.#fields)
    const depth = namespace.length
    await this.#memoir.add({
      user_id: this.#userOf(namespace),
      external_id: idOf(namespace, key),
      kind: 'note',
      content: text === '' ? JSON.stringify(value) : text,
      metadata: metadataOf(namespace, { key, depth, value, indexed: text !== '' }),
    })
  }

  async #search(operation: SearchOperation): Promise<SearchItem[]> {
    const { namespacePrefix: prefix, filter, limit = LIMIT, offset = 0, query } = operation
    const user_id = this.#userOf(prefix)
    const value = equalParts(filter)
    const found: SearchItem[] = []
    const candidates =
      query === undefined || query === ''
        ? this.#list(user_id, metadataOf(prefix, { value }))
        : await this.#recall(user_id, query, metadataOf(prefix, { value, indexed: true }))
    for await (const item of candidates) {
      if (found.length === offset + limit) break
      if (matches(item.value, filter)) found.push(item)
    }
    return found.slice(offset)
  }

  async #recall(user_id: string, q: string, metadata: Metadata): Promise<SearchItem[]> {
    const { hits } = await this.#memoir.recall({ user_id, q, metadata, k: MAX_HITS })
    return hits.map((hit) => ({ ...itemOf(hit), score: hit.score }))
  }

  async *#list(user_id: string, metadata: Metadata): AsyncGenerator<Item> {
    for await (const memory of this.#memoir.memories.all({ user_id, metadata, limit: PAGE })) {
      yield itemOf(memory)
    }
  }

  async #namespaces(operation: ListNamespacesOperation): Promise<string[][]> {
    const { matchConditions = [], maxDepth, limit, offset } = operation
    const found = new Map<string, string[]>()
    for await (const user_id of this.#users(matchConditions)) {
      for await (const { namespace } of this.#list(user_id, metadataOf([]))) {
        if (!matchConditions.every((condition) => meets(namespace, condition))) continue
        const part = namespace.slice(0, maxDepth)
        found.set(JSON.stringify(part), part)
      }
    }
    const sorted = [...found].toSorted(([one], [other]) => (one < other ? -1 : 1))
    return sorted.slice(offset, offset + limit).map(([, namespace]) => namespace)
  }

  /** The users that may have such namespaces: all that the key reaches, where none is named. */
  async *#users(conditions: readonly MatchCondition[]): AsyncGenerator<string> {
    if (this.#userId !== undefined) return yield this.#userId
    const named = conditions.flatMap(({ matchType, path: [first = '*'] }) =>
      matchType === 'prefix' && first !== '*' ? [first] : [],
    )
    if (named.length > 0) return yield* new Set(named)
    for await (const { user_id } of this.#memoir.users.all({ limit: PAGE })) yield user_id
  }
}

type Metadata = ReturnType<typeof metadataOf>
