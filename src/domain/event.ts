/** Events: ids and kinds, never content. Pure types; safe inside workflows. */

export const EVENT_TYPES = [
  'memory.created',
  'memory.updated',
  'memory.superseded',
  'memory.restored',
  'memory.forgotten',
  'user.erased',
  'narrative.updated',
  'job.succeeded',
  'job.failed',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** Which thing it is about; the fields there are depend on the type. */
export interface EventData {
  readonly memory_id?: string
  readonly job_id?: string
  readonly erasure_id?: string
  /** Of the memory or the job. */
  readonly kind?: string
  /** Why a job failed. */
  readonly code?: string
  /** Of the narrative. */
  readonly version?: number
}

export interface MemoirEvent {
  readonly id: string
  readonly type: EventType
  /** When it happened, ISO 8601. */
  readonly timestamp: string
  /** The caller's own id of the user; null for work of the whole namespace, and once nothing is left of a user. */
  readonly user_id: string | null
  readonly data: EventData
  /** Where it stands: as `cursor`, what comes after it is asked for. */
  readonly cursor: string
}
