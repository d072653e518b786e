import type { GivenEntity } from '../domain/entity.ts'
import type { JobState, Page } from '../domain/job.ts'
import type { MemoryRevision, MemorySource, MemoryState } from '../domain/memory.ts'
import type { Memory, TraceKind } from '../domain/recall.ts'
import type { BeforeCommit } from '../stores/database.ts'
import type { MemoryFilter } from '../stores/memories/memory-list.ts'

/** What other parts may ask of memories that are written one by one. */

/** What a caller says of a memory; what is missing takes its default. */
export interface NewMemory {
  readonly content: string
  readonly kind?: TraceKind
  readonly role?: string
  readonly scope: string
  readonly summary?: string
  readonly tags?: readonly string[]
  /** 1..10 */
  readonly importance?: number
  readonly sessionId?: string
  readonly conversationId?: string
  /** The caller's own id: the same again changes the memory that has it. */
  readonly externalId?: string
  readonly occurredAt?: Date
  readonly expiresAt?: Date
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly entities?: readonly GivenEntity[]
}

export interface StoreRequest {
  readonly namespaceId: string
  /** The caller's own id of the user; the first memory makes the user. */
  readonly userId: string
  /** What the caller may see: a memory outside of it cannot be replaced by its `externalId`. */
  readonly scopes?: readonly string[]
  /** All or none are accepted, as one job. */
  readonly memories: readonly NewMemory[]
  /** Whether entities are looked for in the texts. */
  readonly extractEntities: boolean
}

/** One memory within the caller's reach. */
export interface MemoryKey {
  readonly namespaceId: string
  readonly id: string
  /** Surrogate uuid: only if it is this user's. */
  readonly userId?: string
  readonly scopes?: readonly string[]
}

/** Null clears a field; what is missing stays. */
export interface MemoryChange {
  readonly content?: string
  readonly kind?: TraceKind
  readonly role?: string | null
  readonly scope?: string
  readonly summary?: string | null
  readonly tags?: readonly string[]
  readonly importance?: number | null
  readonly sessionId?: string | null
  readonly conversationId?: string | null
  readonly occurredAt?: Date
  readonly expiresAt?: Date | null
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly entities?: readonly GivenEntity[]
}

export interface UpdateRequest {
  readonly key: MemoryKey
  readonly change: MemoryChange
  /** Refused when the memory has another one by now. */
  readonly revision?: number
  readonly extractEntities: boolean
}

export interface RemoveRequest {
  readonly key: MemoryKey
  readonly revision?: number
  /** The row and its history go; otherwise it can be restored for some time. */
  readonly hard: boolean
  /** Entities that no memory names any more go too. */
  readonly cascade: boolean
}

/** Accepted and in the record: what follows is the job's. */
export interface AcceptedMemories {
  readonly ids: readonly string[]
  readonly job: string
  readonly state: JobState
}

/** What has to be committed together with a write. */
export type KeepAccepted = BeforeCommit<AcceptedMemories>

export interface MemoryList extends Omit<MemoryFilter, 'kinds' | 'states'> {
  readonly kinds?: readonly TraceKind[]
  readonly states?: readonly MemoryState[]
}

/** Each write commits the record and its job in one transaction; what is derived and the other stores follow. */
export interface Memories {
  /** @throws MemoirError `suppressed_user` for somebody who was erased, `not_found` for an `externalId` outside the reach */
  store(request: StoreRequest, beforeCommit?: KeepAccepted): Promise<AcceptedMemories>
  /** @throws MemoirError `not_found`, `precondition_failed`, `conflict` when it is deleted or superseded */
  update(request: UpdateRequest, beforeCommit?: KeepAccepted): Promise<AcceptedMemories>
  /** Out of sight at once. @throws MemoirError `not_found`, `precondition_failed` */
  remove(request: RemoveRequest, beforeCommit?: KeepAccepted): Promise<AcceptedMemories>
  /** Brings back what was deleted or superseded. @throws MemoirError `not_found`, `conflict` when there is nothing to restore */
  restore(key: MemoryKey, beforeCommit?: KeepAccepted): Promise<AcceptedMemories>
  get(key: MemoryKey): Promise<Memory | null>
  /** What it was derived from. The caller has made sure that the memory is within reach. */
  sources(memory: Pick<MemoryKey, 'namespaceId' | 'id'>): Promise<MemorySource[]>
  /** Those of the ids that are there, in that order. */
  getAll(reach: Omit<MemoryKey, 'id'>, ids: readonly string[]): Promise<Memory[]>
  list(query: MemoryList): Promise<Page<Memory>>
  /** Newest first. @throws MemoirError `not_found` */
  history(
    key: MemoryKey,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<MemoryRevision>>
}
