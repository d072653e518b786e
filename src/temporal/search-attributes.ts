import type { Connection } from '@temporalio/client'
import { TypedSearchAttributes, defineSearchAttributeKey } from '@temporalio/common'
import protos from '@temporalio/proto'

/** What runs can be filtered by in Temporal's UI: uuids and the kind of work. */

const NAMESPACE = defineSearchAttributeKey('MemoirNamespace', 'KEYWORD')
const USER = defineSearchAttributeKey('MemoirUser', 'KEYWORD')
const KIND = defineSearchAttributeKey('MemoirKind', 'KEYWORD')
const NAMES = [NAMESPACE.name, USER.name, KIND.name]
const { INDEXED_VALUE_TYPE_KEYWORD } = protos.temporal.api.enums.v1.IndexedValueType

/** Asking must not make a start late. */
const LIST_DEADLINE_MS = 300
const REGISTER_DEADLINE_MS = 5_000
/** A worker may register them at any time; until then starts go without. */
const ASK_AGAIN_MS = 60_000

export interface RunSubject {
  readonly namespaceId: string
  readonly userId: string | null
  readonly kind: string
}

export interface SearchAttributes {
  /** For a start; undefined while the server does not know them, because an unknown one makes every start fail. */
  of(subject: RunSubject): Promise<TypedSearchAttributes | undefined>
  /** The server refused them after all: left out for a while. */
  refused(): void
  /** Makes them known to the server. @returns false where that is not allowed */
  register(): Promise<boolean>
}

interface Access {
  readonly connection: Connection
  readonly namespace: string
  readonly within: <T>(deadlineMs: number, call: () => Promise<T>) => Promise<T>
}

export function createSearchAttributes(access: Access): SearchAttributes {
  let usable = false
  let askAgainAt = 0
  const ask = async () => {
    if (usable || Date.now() < askAgainAt) return usable
    askAgainAt = Date.now() + ASK_AGAIN_MS
    usable = (await missing(access, LIST_DEADLINE_MS).catch(() => NAMES)).length === 0
    return usable
  }
  return {
    async of({ namespaceId, userId, kind }) {
      if (!(await ask())) return undefined
      return new TypedSearchAttributes([
        { key: NAMESPACE, value: namespaceId },
        { key: KIND, value: kind },
        ...(userId === null ? [] : [{ key: USER, value: userId }]),
      ])
    },
    refused() {
      usable = false
      askAgainAt = Date.now() + ASK_AGAIN_MS
    },
    async register() {
      try {
        await add(access, await missing(access, REGISTER_DEADLINE_MS))
        return true
      } catch {
        return false
      }
    },
  }
}

async function missing(access: Access, deadlineMs: number): Promise<string[]> {
  const { connection, namespace, within } = access
  const { customAttributes } = await within(
    deadlineMs,
    async () => await connection.operatorService.listSearchAttributes({ namespace }),
  )
  return NAMES.filter((name) => customAttributes[name] !== INDEXED_VALUE_TYPE_KEYWORD)
}

async function add(access: Access, names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  const { connection, namespace, within } = access
  await within(
    REGISTER_DEADLINE_MS,
    async () =>
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(
          names.map((name) => [name, INDEXED_VALUE_TYPE_KEYWORD]),
        ),
      }),
  )
}
