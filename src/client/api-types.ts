/** Written by scripts/client-types.ts out of the OpenAPI document. */

export type Recall = {
  readonly hits: readonly (Hit)[]
  readonly degraded: readonly (string)[]
  readonly took_ms: number
}

export type Hit = Memory & {
  readonly score: number
  readonly scores: {
    readonly relevance: number
    readonly vector: number
    readonly text: number
    readonly graph: number
    readonly recency: number
    readonly salience: number
    readonly focus: number
  }
  readonly heads: {
    readonly semantic?: number
    readonly entity?: number
    readonly situation?: number
  }
  readonly via: readonly ({
    readonly src: string
    readonly dst: string
    readonly type: string
    readonly weight: number
  })[]
  readonly message_ids: readonly (string)[]
}

export type Memory = {
  readonly id: string
  readonly user_id: string
  readonly kind: "message" | "episode" | "fact" | "summary" | "note"
  readonly role: string | null
  readonly scope: string
  readonly collection: string | null
  readonly content: string
  readonly summary: string | null
  readonly tags: readonly (string)[]
  readonly importance: number | null
  readonly salience: number
  readonly state: string
  readonly session_id: string | null
  readonly conversation_id: string | null
  readonly source: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly entities: readonly (unknown)[]
  readonly occurred_at: string
  readonly known_at: string
  readonly created_at: string
  readonly updated_at: string
  readonly expires_at: string | null
  readonly searchable_at: string | null
  readonly revision: number
  readonly superseded_by: string | null
  readonly writes: {
    readonly vector: "written" | "pending" | "failed" | "off"
    readonly graph: "written" | "pending" | "failed" | "off"
  }
}

export type ErrorBody = {
  readonly error: {
    readonly code: "invalid_request" | "unauthorized" | "forbidden" | "not_found" | "conflict" | "in_progress" | "precondition_failed" | "payload_too_large" | "unsupported_media_type" | "configuration_invalid" | "store_unavailable" | "temporal_unavailable" | "persistence_failed" | "vector_store_failed" | "graph_store_failed" | "sync_failed" | "vendor_busy" | "vendor_unavailable" | "vendor_refused" | "vendor_unauthorized" | "vendor_bad_answer" | "dimension_mismatch" | "reembed_required" | "source_unavailable" | "source_invalid" | "no_user" | "conversation_too_large" | "suppressed_user" | "budget_reached" | "worker_killed" | "workflow_lost" | "terminated" | "timed_out" | "stuck" | "cancelled" | "internal"
    readonly message: string
    readonly request_id: string
    readonly details?: Readonly<Record<string, unknown>>
  }
}

export type Job = {
  readonly id: string
  readonly kind: "backfill" | "nightly"
  readonly state: "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled"
  readonly user_id: string | null
  readonly progress: Readonly<Record<string, unknown>>
  readonly attempts: number
  readonly error: {
    readonly code: string
    readonly message: string
    readonly step: string
  } | null
  readonly created_at: string
  readonly started_at: string | null
  readonly finished_at: string | null
  readonly temporal_url?: string
}

export type Estimate = {
  readonly conversations: number
  readonly tokens: number
  /** US dollars; null without a known price. */
  readonly cost: number | null
  readonly model: string
}

export type Accepted = {
  readonly id: string
  readonly job: string
  readonly status: "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled"
}

export type IngestFailure = {
  readonly conversation_id: string
  readonly code: string
  readonly message: string
  readonly failed_at: string
}

export type Imported = {
  readonly conversations: number
  readonly messages: number
  readonly rejected: readonly ({
    readonly index: number
    readonly id?: string
    readonly field: string
    readonly message: string
  })[]
}

export type Schedule = {
  readonly id: "nightly"
  readonly kind: "nightly"
  readonly cron: string
  readonly paused: boolean
  readonly note: string | null
  readonly next_runs: readonly (string)[]
  readonly recent_runs: readonly ({
    readonly started_at: string
    readonly job: string | null
    readonly skipped: "backfill_running" | "source_gone" | null
  })[]
  readonly applied: boolean
}

export type User = {
  readonly user_id: string
  readonly memories: number
  readonly episodes: number
  readonly in_graph: number
  readonly last_active_at: string | null
}

export type Key = {
  readonly id: string
  readonly name: string
  readonly role: "reader" | "service" | "admin"
  readonly prefix: string
  readonly namespace: string | null
  readonly user_id: string | null
  readonly scopes: readonly (string)[] | null
  readonly created_at: string
  readonly expires_at: string | null
  readonly last_used_at: string | null
}

export type CurrentKey = {
  readonly role: "reader" | "service" | "admin"
  readonly namespace: string
  readonly user_id: string | null
  readonly scopes: readonly (string)[] | null
}

export type NewKey = {
  readonly id: string
  /** Shown this once. */
  readonly key: string
  readonly name: string
  readonly role: "reader" | "service" | "admin"
  readonly namespace: string | null
  readonly user_id: string | null
  readonly scopes: readonly (string)[] | null
  readonly expires_at: string | null
}

export type ToolResult = {
  readonly content: readonly ({
    readonly type: "text"
    readonly text: string
  })[]
  readonly structuredContent: Readonly<Record<string, unknown>>
  readonly isError: boolean
}

export type Ready = {
  readonly status: "ready" | "degraded" | "unavailable"
  /** Parts that do not answer. */
  readonly degraded: readonly (string)[]
  readonly parts: Readonly<Record<string, {
    readonly ok: boolean
    readonly detail?: string
  }>>
}

export interface Operations {
  readonly recall: {
    readonly query: {
      readonly q: string
      /** The caller’s own id of the user. */
      readonly user_id?: string
      readonly session_id?: string
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly from?: string
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly to?: string
      readonly k?: number
      /** Separated by commas, or the parameter again. */
      readonly heads?: readonly (unknown)[]
      /** Separated by commas, or the parameter again. */
      readonly kinds?: readonly (unknown)[]
      /** Separated by commas, or the parameter again. */
      readonly scope?: readonly (unknown)[]
      /** Separated by commas, or the parameter again. */
      readonly tags?: readonly (unknown)[]
      /** A JSON object. */
      readonly metadata?: string
      readonly threshold?: number | null
    }
    readonly body: undefined
    readonly answer: Recall
  }
  readonly recallByBody: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly q: string
      /** The caller’s own id of the user. */
      readonly user_id?: string
      readonly session_id?: string
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly from?: string
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly to?: string
      readonly k?: number
      readonly heads?: readonly ("semantic" | "entity" | "situation")[]
      readonly kinds?: readonly ("message" | "episode" | "fact" | "summary" | "note")[]
      /** One scope or several. */
      readonly scope?: string | readonly (string)[]
      readonly tags?: readonly (string)[]
      readonly metadata?: Readonly<Record<string, unknown>>
      readonly threshold?: number
    }
    readonly answer: Recall
  }
  readonly startBackfill: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly page_size?: number
      readonly extract?: "none"
      /** Only what failed before. */
      readonly retry_failed?: boolean
      /** US dollars it may cost at most; there it pauses and says so. */
      readonly budget?: number
      /** Answers what it would take at most, and does nothing. */
      readonly estimate_only?: boolean
    }
    readonly answer: Job | Estimate | Accepted
  }
  readonly listBackfillFailures: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (IngestFailure)[]
      readonly next_cursor: string | null
    }
  }
  readonly importConversations: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      /** The name of the source; the configured one unless given. */
      readonly source?: string
      readonly conversations: readonly (Readonly<Record<string, unknown>>)[]
    }
    readonly answer: Imported
  }
  readonly listJobs: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
      readonly kind?: "backfill" | "nightly"
      readonly state?: "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled"
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (Job)[]
      readonly next_cursor: string | null
    }
  }
  readonly getJob: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Job
  }
  readonly pauseJob: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Job
  }
  readonly resumeJob: {
    readonly query: {
      readonly budget?: number | null
    }
    readonly body: undefined
    readonly answer: Job
  }
  readonly cancelJob: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Job
  }
  readonly retryJob: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Job
  }
  readonly watchJob: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: undefined
  }
  readonly listSchedules: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (Schedule)[]
      readonly next_cursor: string | null
    }
  }
  readonly deleteSchedule: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: undefined
  }
  readonly changeSchedule: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly cron?: string
      readonly paused?: boolean
      readonly note?: string | null
    }
    readonly answer: Schedule
  }
  readonly triggerSchedule: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Accepted
  }
  readonly backfillSchedule: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly from: string
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly to: string
    }
    readonly answer: {
      readonly id: "nightly"
    }
  }
  readonly listUsers: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (User)[]
      readonly next_cursor: string | null
    }
  }
  readonly listKeys: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (Key)[]
      readonly next_cursor: string | null
    }
  }
  readonly createKey: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly name: string
      readonly role: "reader" | "service" | "admin"
      /** Made when it is new; otherwise that of the request. */
      readonly namespace?: string
      /** Only this user’s memories. */
      readonly user_id?: string
      readonly scopes?: readonly (string)[]
      readonly expires_at?: string
    }
    readonly answer: NewKey
  }
  readonly currentKey: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: CurrentKey
  }
  readonly revokeKey: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: undefined
  }
  readonly compatRecall: {
    readonly query: {
      readonly q: string
      /** The caller’s own id of the user. */
      readonly user_id?: string
      readonly k?: number
      /** Separated by commas, or the parameter again. */
      readonly heads?: readonly (unknown)[]
      /** The last so many days, `7d` (or `12h`, `4w`), or `FROM/TO`. */
      readonly time_window?: string
    }
    readonly body: undefined
    readonly answer: Recall
  }
  readonly callTool: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      /** recall_memory, search_memory, deep_memory_query, get_job */
      readonly name: string
      readonly arguments?: Readonly<Record<string, unknown>>
    }
    readonly answer: ToolResult
  }
  readonly live: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: {
      readonly status: "live"
    }
  }
  readonly ready: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Ready
  }
  readonly version: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: {
      readonly version: string
    }
  }
  readonly metrics: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: undefined
  }
}
