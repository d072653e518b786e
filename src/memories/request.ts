import { MEMORY_OPERATIONS, type MemoryOperation, type PersistencePolicy } from '../domain/job.ts'
import type { GivenEntity } from '../domain/entity.ts'
import { MemoirError } from '../errors.ts'
import type { KeptMention } from '../stores/memories/mentions.ts'
import type { MemoryWrite } from '../stores/memories/memory-writes.ts'

/** What the row of a write of memories keeps: ids and numbers, and the texts only while a failure would take them back. */
export interface MemoryRequest {
  readonly operation: MemoryOperation
  readonly memories: readonly JobMemory[]
  readonly policy: PersistencePolicy
  /** Whether entities are looked for in the text. */
  readonly extract: boolean
  /** Of a deletion: the row goes too, and entities that nothing names any more. */
  readonly hard?: boolean
  readonly cascade?: boolean
  /** What a retry writes again. */
  readonly writes?: readonly KeptWrite[]
  /** A run that it shared could not finish it. */
  readonly alone?: boolean
}

export interface JobMemory {
  readonly id: string
  /** The revision this job made: it is done with the memory when that has another. */
  readonly revision: number
  /** The revision that stood before; null when there was none. */
  readonly before: number | null
}

/** Dates and bytes as JSON keeps them. */
export interface KeptWrite {
  readonly write: Omit<MemoryWrite, 'occurredAt' | 'expiresAt' | 'contentHash'> & {
    readonly occurredAt: string
    readonly expiresAt: string | null
    readonly contentHash: string
  }
  readonly entities: readonly GivenEntity[] | null
  /** What the memory named before, for whoever takes the write back. */
  readonly named?: readonly KeptMention[]
}

const OPERATIONS: readonly unknown[] = MEMORY_OPERATIONS

/** @throws MemoirError `internal` when the row holds something else */
export function readMemoryRequest(request: Readonly<Record<string, unknown>>): MemoryRequest {
  if (isMemoryRequest(request)) return request
  throw new MemoirError('internal', 'the row of a memory write does not hold its request')
}

/** Whatever stands there was written by this module: the look is for rows of another kind. */
function isMemoryRequest(value: unknown): value is MemoryRequest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'operation' in value &&
    OPERATIONS.includes(value.operation) &&
    'memories' in value &&
    Array.isArray(value.memories) &&
    'policy' in value &&
    'extract' in value
  )
}

/**
 * Whether a write may be finished in one run with others: its first run, which only has to derive what Postgres holds. A graph store
 * beside it, a rollback and a deletion have steps of their own for each.
 */
export function mayShare({ operation, policy, alone = false }: MemoryRequest): boolean {
  const derives = operation === 'store' || operation === 'update'
  return derives && !policy.graph && !policy.rollback && !alone
}

export function keepWrite(
  write: MemoryWrite,
  entities: readonly GivenEntity[] | null,
  before: readonly KeptMention[],
): KeptWrite {
  return {
    named: before.filter(({ traceId }) => traceId === write.id),
    write: {
      ...write,
      occurredAt: write.occurredAt.toISOString(),
      expiresAt: write.expiresAt?.toISOString() ?? null,
      contentHash: write.contentHash.toString('hex'),
    },
    entities,
  }
}

export function keptWrite({ write }: KeptWrite): MemoryWrite {
  return {
    ...write,
    occurredAt: new Date(write.occurredAt),
    expiresAt: write.expiresAt === null ? null : new Date(write.expiresAt),
    contentHash: Buffer.from(write.contentHash, 'hex'),
  }
}
