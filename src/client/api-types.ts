/** Written by scripts/client-types.ts out of the OpenAPI document. */

export type Context = {
  readonly context: string
  readonly citations: readonly ({
    readonly n: number
    readonly id: string
    readonly kind: string
    readonly conversation_id: string | null
    readonly message_ids: readonly (string)[]
    readonly occurred_at: string
    readonly user_id: string
    readonly score: number
  })[]
  readonly tokens: number
  readonly degraded: readonly (string)[]
  readonly took_ms: number
}

export type ErrorBody = {
  readonly error: {
    readonly code: "invalid_request" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "conflict" | "in_progress" | "precondition_failed" | "payload_too_large" | "unsupported_media_type" | "rate_limited" | "issuer_unavailable" | "configuration_invalid" | "store_unavailable" | "temporal_unavailable" | "persistence_failed" | "vector_store_failed" | "graph_store_failed" | "graph_unavailable" | "sync_failed" | "vendor_busy" | "vendor_unavailable" | "vendor_refused" | "vendor_unauthorized" | "vendor_bad_answer" | "dimension_mismatch" | "reembed_required" | "source_unavailable" | "source_invalid" | "no_user" | "no_id" | "duplicate_id" | "source_row_invalid" | "conversation_too_large" | "suppressed_user" | "budget_reached" | "guard" | "worker_killed" | "workflow_taken" | "workflow_lost" | "terminated" | "timed_out" | "stuck" | "cancelled" | "internal"
    readonly message: string
    readonly request_id: string
    readonly details?: Readonly<Record<string, unknown>>
  }
}

export type Filter = Readonly<Record<string, unknown>>

export type Recall = {
  readonly hits: readonly (Hit)[]
  readonly degraded: readonly (string)[]
  readonly took_ms: number
}

export type Hit = Memory & {
  /** Only where `content` is the part of a long text that answers best; the whole is read by its id. */
  readonly excerpt?: true
  readonly score: number
  readonly scores: {
    readonly relevance: number
    readonly vector: number
    readonly text: number
    readonly graph: number
    readonly recency: number
    readonly salience: number
    readonly importance: number
    readonly focus: number
    readonly rerank?: number
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
  /** Of a fact: one of those that the settings of extraction name. Of other memories: `category` of their metadata. */
  readonly category: string | null
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

export type MemoryDetail = Memory & {
  /** What a fact or a summary was derived from, with the words that it rests on. */
  readonly sources: readonly ({
    readonly message_id: string | null
    readonly conversation_id: string | null
    readonly session_id: string | null
    readonly quote: string | null
  })[]
}

export type MemoryRevision = {
  readonly revision: number
  readonly content: string
  readonly summary: string | null
  readonly tags: readonly (string)[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly importance: number | null
  readonly scope: string
  readonly occurred_at: string
  readonly valid_from: string
  readonly valid_to: string | null
}

export type AcceptedMemories = Accepted & {
  /** The memories, in the order given. */
  readonly ids: readonly (string)[]
  /** Of messages that are looked through for what to remember. */
  readonly session_id?: string
}

export type Accepted = {
  readonly id: string
  readonly job: string
  readonly status: "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled"
}

export type Tombstone = {
  readonly tombstone: {
    readonly ids: readonly (string)[]
    /** Null after a dry run. */
    readonly forgotten_at: string | null
    readonly counts: {
      readonly traces: number
      readonly vectors: number
      readonly edges: number
      /** Entities that nothing names any more. */
      readonly nodes: number
    }
  }
}

export type Consolidation = {
  readonly id: string
  readonly job: string
  /** Null for a request for several days. */
  readonly user_id: string | null
  readonly day: string | null
  readonly dry_run: boolean
  readonly state: "planning" | "planned" | "guard" | "applied" | "unchanged" | "failed" | "undone"
  readonly plan: ConsolidationPlan
  /** What it would retire, against what one run may. */
  readonly guard: {
    readonly retired: number
    readonly of_day: number
    readonly of_user: number
    readonly allowed: number
  } | null
  readonly applied: {
    readonly summary: number
    readonly edges: number
    readonly merges: number
    readonly salience: number
    readonly downshift: number
    readonly drop_heads: number
  } | null
  readonly applied_at: string | null
  readonly undone_at: string | null
  readonly error: {
    readonly code: "invalid_request" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "conflict" | "in_progress" | "precondition_failed" | "payload_too_large" | "unsupported_media_type" | "rate_limited" | "issuer_unavailable" | "configuration_invalid" | "store_unavailable" | "temporal_unavailable" | "persistence_failed" | "vector_store_failed" | "graph_store_failed" | "graph_unavailable" | "sync_failed" | "vendor_busy" | "vendor_unavailable" | "vendor_refused" | "vendor_unauthorized" | "vendor_bad_answer" | "dimension_mismatch" | "reembed_required" | "source_unavailable" | "source_invalid" | "no_user" | "no_id" | "duplicate_id" | "source_row_invalid" | "conversation_too_large" | "suppressed_user" | "budget_reached" | "guard" | "worker_killed" | "workflow_taken" | "workflow_lost" | "terminated" | "timed_out" | "stuck" | "cancelled" | "internal"
    readonly message: string
  } | null
  /** Of a request for several days, its runs: two hundred at most. */
  readonly runs?: readonly ({
    readonly id: string
    /** The caller’s own id of the user. */
    readonly user_id: string
    readonly day: string
    readonly state: "planning" | "planned" | "guard" | "applied" | "unchanged" | "failed" | "undone"
    readonly summary: string | null
    readonly error: {
      readonly code: "invalid_request" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "conflict" | "in_progress" | "precondition_failed" | "payload_too_large" | "unsupported_media_type" | "rate_limited" | "issuer_unavailable" | "configuration_invalid" | "store_unavailable" | "temporal_unavailable" | "persistence_failed" | "vector_store_failed" | "graph_store_failed" | "graph_unavailable" | "sync_failed" | "vendor_busy" | "vendor_unavailable" | "vendor_refused" | "vendor_unauthorized" | "vendor_bad_answer" | "dimension_mismatch" | "reembed_required" | "source_unavailable" | "source_invalid" | "no_user" | "no_id" | "duplicate_id" | "source_row_invalid" | "conversation_too_large" | "suppressed_user" | "budget_reached" | "guard" | "worker_killed" | "workflow_taken" | "workflow_lost" | "terminated" | "timed_out" | "stuck" | "cancelled" | "internal"
      readonly message: string
    } | null
  })[]
}

export type ConsolidationPlan = {
  /** Null leaves the day’s summary as it is. */
  readonly summary: {
    readonly id: string
    readonly content: string
    readonly scope: string
    readonly language: string
    readonly model: string
    readonly prompt_version: string
  } | null
  readonly edges: readonly ({
    readonly memory: string
    readonly subject: {
      readonly type: string
      readonly value: string
      readonly normalized: string
    }
    readonly predicate: string
    readonly object: {
      readonly type: string
      readonly value: string
      readonly normalized: string
    }
  })[]
  /** Which memories give way to which; superseded, never deleted. */
  readonly merges: readonly ({
    readonly id: string
    readonly revision: number
    readonly into: string
    readonly into_revision: number
  })[]
  /** Memories that are weighed again by what is known now. */
  readonly salience: readonly ({
    readonly id: string
    readonly revision: number
    readonly from: number
    readonly to: number
  })[]
  /** Memories whose vectors leave the hot tier. */
  readonly downshift: readonly (string)[]
  readonly drop_heads: readonly ({
    readonly id: string
    readonly heads: readonly (string)[]
  })[]
} | null

export type ErasureReceipt = {
  readonly id: string
  /** What is left of the user: a uuid of ours. */
  readonly user: string
  /** Rows, by table or store. */
  readonly deleted: Readonly<Record<string, number>>
  /** What came in while it was under way, found after the wait and deleted too. */
  readonly found_again: Readonly<Record<string, number>>
  readonly requested_at: string
  readonly finished_at: string | null
}

export type Job = {
  readonly id: string
  readonly kind: "backfill" | "nightly" | "session" | "memory" | "sync" | "narrative" | "consolidate" | "dream" | "narratives" | "erase" | "reembed" | "episodes"
  readonly state: "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled"
  readonly user_id: string | null
  readonly progress: Readonly<Record<string, unknown>>
  readonly attempts: number
  readonly error: {
    readonly code: string
    readonly message: string
    readonly step: string
    /** What the model vendor said, at most 500 characters without keys. For administrators alone. */
    readonly detail?: string
  } | null
  readonly created_at: string
  readonly started_at: string | null
  readonly finished_at: string | null
  readonly temporal_url?: string
}

export type Estimate = {
  readonly conversations: number
  /** That the embedding model reads. */
  readonly tokens: number
  /** US dollars, for all models; null when one of their prices is not known. */
  readonly cost: number | null
  readonly model: string
  /** Of the model that makes facts; null where none are made. */
  readonly language: {
    readonly model: string
    readonly input_tokens: number
    readonly output_tokens: number
    readonly cost: number | null
  } | null
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
  readonly records: number
  /** Records that are there already, or are made again of others. */
  readonly left_out: number
  readonly rejected: readonly ({
    readonly index: number
    readonly id?: string
    readonly field: string
    readonly message: string
  })[]
}

export type StepFailure = {
  readonly step: string
  /** Of the last failure. */
  readonly code: string
  readonly message: string
  /** What the model vendor said, at most 500 characters without keys. For administrators alone. */
  readonly detail?: string
  readonly failures: number
  readonly last_at: string
}

export type MemoryEvent = {
  readonly id: string
  readonly type: "memory.created" | "memory.updated" | "memory.superseded" | "memory.restored" | "memory.forgotten" | "user.erased" | "narrative.updated" | "job.succeeded" | "job.failed"
  readonly timestamp: string
  /** The caller’s own id; null for work of the whole namespace, and once nothing is left of a user. */
  readonly user_id: string | null
  /** What it is about. */
  readonly data: {
    readonly memory_id?: string
    readonly job_id?: string
    readonly erasure_id?: string
    /** Of the memory or the job. */
    readonly kind?: string
    /** Why the job failed. */
    readonly code?: "invalid_request" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "conflict" | "in_progress" | "precondition_failed" | "payload_too_large" | "unsupported_media_type" | "rate_limited" | "issuer_unavailable" | "configuration_invalid" | "store_unavailable" | "temporal_unavailable" | "persistence_failed" | "vector_store_failed" | "graph_store_failed" | "graph_unavailable" | "sync_failed" | "vendor_busy" | "vendor_unavailable" | "vendor_refused" | "vendor_unauthorized" | "vendor_bad_answer" | "dimension_mismatch" | "reembed_required" | "source_unavailable" | "source_invalid" | "no_user" | "no_id" | "duplicate_id" | "source_row_invalid" | "conversation_too_large" | "suppressed_user" | "budget_reached" | "guard" | "worker_killed" | "workflow_taken" | "workflow_lost" | "terminated" | "timed_out" | "stuck" | "cancelled" | "internal"
    /** Of the narrative. */
    readonly version?: number
  }
  /** As `cursor`: what comes after this event. */
  readonly cursor: string
}

export type NewWebhook = Webhook & {
  /** Shown this once. Deliveries are signed with it as Standard Webhooks say. */
  readonly secret: string
}

export type Webhook = {
  readonly id: string
  readonly url: string
  /** Only events of these types; null: all. */
  readonly types: readonly ("memory.created" | "memory.updated" | "memory.superseded" | "memory.restored" | "memory.forgotten" | "user.erased" | "narrative.updated" | "job.succeeded" | "job.failed")[] | null
  /** Only events about this user. */
  readonly user_id: string | null
  readonly include_content: boolean
  readonly description: string | null
  /** Disabled when its endpoint answered 410; replaying makes it active again. */
  readonly state: "active" | "disabled"
  /** Deliveries that have not arrived. */
  readonly waiting: number
  /** Those of them that wait for a replay. */
  readonly parked: number
  readonly created_at: string
}

export type Delivery = {
  /** Sent as `webhook-id`. */
  readonly event_id: string
  readonly type: "memory.created" | "memory.updated" | "memory.superseded" | "memory.restored" | "memory.forgotten" | "user.erased" | "narrative.updated" | "job.succeeded" | "job.failed"
  readonly user_id: string | null
  /** parked: failed as often as `WEBHOOK_RETRY_SECONDS` allows, or waits behind one of the same user that did. skipped: given up by a replay. */
  readonly state: "pending" | "retrying" | "delivered" | "parked" | "skipped"
  readonly attempts: number
  /** Of the last try. */
  readonly response_status: number | null
  /** Why the last try failed. */
  readonly error: "status" | "gone" | "redirect" | "timeout" | "unreachable" | "address_refused" | null
  /** When it happened. */
  readonly created_at: string
  readonly attempted_at: string | null
  readonly next_attempt_at: string | null
  readonly delivered_at: string | null
  /** As `cursor` of a replay: delivers this event again and all after it. */
  readonly cursor: string
}

export type Schedule = {
  readonly id: "nightly" | "consolidation" | "narratives"
  readonly kind: "nightly" | "consolidation" | "narratives"
  readonly cron: string
  readonly paused: boolean
  readonly note: string | null
  readonly next_runs: readonly (string)[]
  readonly recent_runs: readonly ({
    readonly started_at: string
    readonly job: string | null
    readonly skipped: "backfill_running" | "source_gone" | "still_running" | null
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

export type Ids = {
  readonly ids: readonly (string)[]
  /** Whether there are more than these 10. */
  readonly more: boolean
}

export type Key = {
  readonly id: string
  readonly name: string
  readonly role: "reader" | "service" | "admin"
  readonly prefix: string
  readonly namespace: string | null
  readonly user_id: string | null
  /** Users it may read beside its own. */
  readonly readable_users: readonly (string)[]
  readonly scopes: readonly (string)[] | null
  readonly created_at: string
  readonly expires_at: string | null
  readonly last_used_at: string | null
}

export type CurrentKey = {
  readonly role: "reader" | "service" | "admin"
  readonly namespace: string
  readonly user_id: string | null
  /** Users it may read beside its own. */
  readonly readable_users: readonly (string)[]
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
  /** Users it may read beside its own. */
  readonly readable_users: readonly (string)[]
  readonly scopes: readonly (string)[] | null
  readonly expires_at: string | null
}

export type AiSettings = {
  readonly llm: {
    /** null: OpenAI’s own address. */
    readonly base_url: string | null
    /** null: the built-in one. */
    readonly model: string | null
    /** Keys are never read back. */
    readonly api_key: "set" | null
  }
  readonly embedding: {
    /** null: OpenAI’s own address. */
    readonly base_url: string | null
    /** null: the built-in one. */
    readonly model: string | null
    /** Keys are never read back. */
    readonly api_key: "set" | null
    readonly dim: number
  }
  /** The stored vectors come from another model. */
  readonly reembed: boolean
  /** Embeds the memories anew, while it is unfinished. */
  readonly job: string | null
  readonly note: string | null
}

export type AiSettingsTest = {
  readonly ok: boolean
  readonly code: "ok" | "invalid_request" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "conflict" | "in_progress" | "precondition_failed" | "payload_too_large" | "unsupported_media_type" | "rate_limited" | "issuer_unavailable" | "configuration_invalid" | "store_unavailable" | "temporal_unavailable" | "persistence_failed" | "vector_store_failed" | "graph_store_failed" | "graph_unavailable" | "sync_failed" | "vendor_busy" | "vendor_unavailable" | "vendor_refused" | "vendor_unauthorized" | "vendor_bad_answer" | "dimension_mismatch" | "reembed_required" | "source_unavailable" | "source_invalid" | "no_user" | "no_id" | "duplicate_id" | "source_row_invalid" | "conversation_too_large" | "suppressed_user" | "budget_reached" | "guard" | "worker_killed" | "workflow_taken" | "workflow_lost" | "terminated" | "timed_out" | "stuck" | "cancelled" | "internal"
  readonly latency_ms: number
  readonly llm: {
    readonly ok: boolean
    readonly code: "ok" | "invalid_request" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "conflict" | "in_progress" | "precondition_failed" | "payload_too_large" | "unsupported_media_type" | "rate_limited" | "issuer_unavailable" | "configuration_invalid" | "store_unavailable" | "temporal_unavailable" | "persistence_failed" | "vector_store_failed" | "graph_store_failed" | "graph_unavailable" | "sync_failed" | "vendor_busy" | "vendor_unavailable" | "vendor_refused" | "vendor_unauthorized" | "vendor_bad_answer" | "dimension_mismatch" | "reembed_required" | "source_unavailable" | "source_invalid" | "no_user" | "no_id" | "duplicate_id" | "source_row_invalid" | "conversation_too_large" | "suppressed_user" | "budget_reached" | "guard" | "worker_killed" | "workflow_taken" | "workflow_lost" | "terminated" | "timed_out" | "stuck" | "cancelled" | "internal"
    readonly latency_ms: number
    /** What the model vendor said, at most 500 characters without keys. For administrators alone. */
    readonly detail?: string
    /** What it does otherwise than asked, and is put up with. */
    readonly worked_around: readonly (string)[]
  }
  readonly embedding: {
    readonly ok: boolean
    readonly code: "ok" | "invalid_request" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "conflict" | "in_progress" | "precondition_failed" | "payload_too_large" | "unsupported_media_type" | "rate_limited" | "issuer_unavailable" | "configuration_invalid" | "store_unavailable" | "temporal_unavailable" | "persistence_failed" | "vector_store_failed" | "graph_store_failed" | "graph_unavailable" | "sync_failed" | "vendor_busy" | "vendor_unavailable" | "vendor_refused" | "vendor_unauthorized" | "vendor_bad_answer" | "dimension_mismatch" | "reembed_required" | "source_unavailable" | "source_invalid" | "no_user" | "no_id" | "duplicate_id" | "source_row_invalid" | "conversation_too_large" | "suppressed_user" | "budget_reached" | "guard" | "worker_killed" | "workflow_taken" | "workflow_lost" | "terminated" | "timed_out" | "stuck" | "cancelled" | "internal"
    readonly latency_ms: number
    /** What the model vendor said, at most 500 characters without keys. For administrators alone. */
    readonly detail?: string
    /** What it does otherwise than asked, and is put up with. */
    readonly worked_around: readonly (string)[]
  }
}

export type ExtractionSettings = {
  readonly instructions: string
  readonly categories: readonly ({
    readonly name: string
    readonly description: string
  })[]
  readonly never: readonly (string)[]
  readonly entity_types: readonly (string)[]
  readonly sensitive: "drop" | "mask" | "keep"
  /** Goes up with each change; 0 is no settings. */
  readonly version: number
  /** Whose settings these are; null: those of the namespace. */
  readonly collection: string | null
  /** Conversations of the namespace’s source that were ingested under other settings; a backfill with `force` ingests them again. */
  readonly outdated: number
  readonly updated_at: string | null
}

export type ExtractionTrial = {
  readonly facts: readonly ({
    readonly content: string
    readonly category: string | null
    readonly entities: readonly ({
      readonly type: string
      readonly value: string
    })[]
    readonly occurred_at: string
    readonly salience: number
    readonly evidence: readonly ({
      readonly position: number
      readonly quote: string | null
    })[]
  })[]
  /** What was found and would not be remembered. */
  readonly dropped: readonly ({
    readonly content: string
    readonly reason: "never" | "sensitive"
    /** The topic that it touches. */
    readonly never: string | null
    readonly kinds: readonly ("password" | "code" | "key" | "document" | "card" | "account")[]
  })[]
  /** Who extracted; `rules` is what is built in. */
  readonly model: string
  /** Of the stored settings; null where others were tried. */
  readonly version: number | null
}

export type Reembed = {
  /** What the stored vectors are of; null while there are none. */
  readonly stored: {
    readonly model: string
    readonly dim: number
  } | null
  readonly configured: {
    readonly model: string
    readonly dim: number
  }
  /** The two differ. */
  readonly required: boolean
  /** The unfinished job. */
  readonly job: string | null
  readonly estimate: {
    readonly memories: number
    readonly tokens: number
    /** US dollars; null when the model's price is not known. */
    readonly cost: number | null
  } | null
  /** What can be gone back to, and until when. */
  readonly undo: {
    readonly model: string
    readonly dim: number
    readonly until: string
  } | null
}

export type Note = Memory & {
  readonly connections: readonly (Connection)[]
}

export type Connection = {
  readonly id: string
  /** The first thousand characters. */
  readonly content: string
  readonly why: string
  readonly weight: number
}

export type Graph = {
  readonly nodes: readonly ({
    readonly id: string
    readonly type: "memory" | "entity"
    /** Of a memory its kind, of an entity its type. */
    readonly kind: string
    /** The first 120 characters. */
    readonly label: string
    readonly occurred_at: string | null
    readonly salience: number | null
  })[]
  readonly edges: readonly ({
    readonly src: string
    readonly dst: string
    readonly type: string
    readonly weight: number
  })[]
  /** There is more than is shown. */
  readonly truncated: boolean
}

export type EpisodesPreview = {
  readonly total: number
  readonly users: number
  readonly without_user: number
  readonly empty: number
  readonly too_large: number
  readonly sample: readonly ({
    readonly episode_id: string
    /** The memory it becomes. */
    readonly id: string
    readonly user_id: string
    /** The first 200 characters. */
    readonly content: string
    readonly occurred_at: string | null
    readonly session_id: string | null
    readonly entities: readonly (string)[]
  })[]
}

export type Session = {
  readonly session_id: string
  readonly user_id: string
  readonly collection: string
  readonly status: "queued" | "processing" | "processed" | "error"
  readonly post_count: number
  readonly open_count: number
  readonly created_at: string
  readonly updated_at: string
  readonly posts: readonly ({
    readonly id: string
    readonly job: string
    readonly number: number
    readonly status: "queued" | "processing" | "processed" | "error"
    readonly turns: number
    readonly facts: number
    readonly superseded: number
    readonly queued_at: string
    readonly processed_at: string | null
    readonly error: {
      readonly code: string
      readonly message: string
    } | null
  })[]
  readonly summary: string | null
  readonly memories: readonly (Memory)[]
}

export type PostAccepted = Accepted & {
  readonly session_id: string
  /** From 1. */
  readonly queue_position: number
  /** Null until durations were measured. */
  readonly estimated_seconds: number | null
}

export type SessionInfo = {
  readonly session_id: string
  readonly user_id: string
  readonly collection: string
  readonly status: "queued" | "processing" | "processed" | "error"
  readonly post_count: number
  readonly open_count: number
  readonly created_at: string
  readonly updated_at: string
}

export type Narrative = {
  /** The caller’s own id of the user. */
  readonly user_id: string
  readonly narrative: string | null
  /** What `[n]` in the text stands for. */
  readonly citations: readonly ({
    readonly n: number
    readonly memory_id: string
    readonly message_ids: readonly (string)[]
  })[]
  readonly version: number
  readonly state: "fresh" | "stale" | "generating" | "failed" | "none"
  readonly generated_at: string | null
  readonly error: {
    readonly code: "invalid_request" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "conflict" | "in_progress" | "precondition_failed" | "payload_too_large" | "unsupported_media_type" | "rate_limited" | "issuer_unavailable" | "configuration_invalid" | "store_unavailable" | "temporal_unavailable" | "persistence_failed" | "vector_store_failed" | "graph_store_failed" | "graph_unavailable" | "sync_failed" | "vendor_busy" | "vendor_unavailable" | "vendor_refused" | "vendor_unauthorized" | "vendor_bad_answer" | "dimension_mismatch" | "reembed_required" | "source_unavailable" | "source_invalid" | "no_user" | "no_id" | "duplicate_id" | "source_row_invalid" | "conversation_too_large" | "suppressed_user" | "budget_reached" | "guard" | "worker_killed" | "workflow_taken" | "workflow_lost" | "terminated" | "timed_out" | "stuck" | "cancelled" | "internal"
    readonly message: string
  } | null
  /** Stands in while there is no text; it is not kept. */
  readonly analysis: {
    readonly text: string
    readonly model: string
    /** Memories that it rests on. */
    readonly sources: readonly (string)[]
    /** What `[n]` in the text stands for. */
    readonly citations: readonly ({
      readonly n: number
      readonly memory_id: string
      readonly message_ids: readonly (string)[]
    })[]
    /** What did not take part in time. */
    readonly degraded: readonly (string)[]
  } | null
}

export type NarrativeVersion = {
  readonly version: number
  readonly narrative: string
  /** What `[n]` in the text stands for. */
  readonly citations: readonly ({
    readonly n: number
    readonly memory_id: string
    readonly message_ids: readonly (string)[]
  })[]
  readonly generated_at: string
  readonly model: string
}

export type CompatNarrative = {
  readonly narrative: string
  readonly version: number
  readonly generated_at: string | null
}

export type NarrativeFailure = {
  /** The caller’s own id of the user. */
  readonly user_id: string
  readonly code: string
  readonly message: string
  readonly failed_at: string
}

export type Budget = {
  /** US dollars a day (UTC) for this namespace; null leaves it to `default`. */
  readonly per_day: number | null
  /** BUDGET_PER_DAY; null is no limit. */
  readonly default: number | null
  readonly spent_today: number
  readonly resets_at: string
}

export type Stats = {
  readonly namespace: string
  readonly users: number
  readonly memories: number
  readonly episodes: number
  readonly jobs: {
    readonly queued: number
    readonly running: number
    readonly paused: number
    readonly succeeded: number
    readonly failed: number
    readonly cancelled: number
  }
  readonly usage: readonly ({
    readonly day: string
    readonly model: string
    readonly purpose: string
    readonly requests: number
    readonly tokens: number
    /** US dollars; null where a price is not known. */
    readonly cost: number | null
  })[]
  readonly total: {
    readonly requests: number
    readonly tokens: number
    /** US dollars; null where a price is not known. */
    readonly cost: number | null
  }
  /** With `activity=true`: the days on which something happened. */
  readonly activity?: readonly ({
    readonly day: string
    readonly memories: number
    /** From acceptance until it was searchable; null when nothing came. */
    readonly lag_ms: {
      readonly p50: number
      readonly p95: number
    } | null
    /** Jobs that stand as failed. */
    readonly failures: number
  })[]
}

export type Status = {
  readonly status: "healthy" | "degraded" | "unhealthy"
  readonly stores: {
    readonly vector_store: {
      readonly available: boolean
      /** Answers and holds at least 90 % of its memories. */
      readonly healthy: boolean
      readonly last_check: string
    }
    readonly graph_store: {
      readonly available: boolean
      /** Answers and holds at least 90 % of its memories. */
      readonly healthy: boolean
      readonly last_check: string
      readonly backend: "postgres" | "neo4j"
    }
  }
  readonly metrics: {
    readonly total_memories: number
    readonly vector_store_count: number
    readonly graph_store_count: number
    /** Percent. */
    readonly sync_percentage: number
  }
  /** Parts that do not answer. */
  readonly degraded: readonly (string)[]
  readonly parts: Readonly<Record<string, {
    readonly ok: boolean
    readonly detail?: string
  }>>
}

export type SyncState = {
  readonly status: "idle" | "running"
  readonly stats: {
    readonly vector_store_count: number
    readonly graph_store_count: number
    /** Percent. */
    readonly sync_percentage: number
  }
  readonly reports: readonly (DriftReport)[]
}

export type DriftReport = {
  readonly job: string
  readonly operation: "check" | "repair" | "full" | "rebuild"
  readonly dry_run: boolean
  readonly total_checked: number
  readonly inconsistencies: number
  readonly missing: number
  readonly extra: number
  readonly stale: number
  readonly ahead: number
  readonly repaired: number
  readonly failed: number
  /** The first ids of each sort. */
  readonly sample: Readonly<Record<string, readonly (string)[]>>
  readonly started_at: string
  readonly finished_at: string | null
}

export type Sync = {
  readonly id: string
  readonly job: string
  readonly status: "running" | "completed" | "failed" | "cancelled"
  readonly operation: "check" | "repair" | "full" | "rebuild"
  readonly result: {
    readonly total_checked: number
    readonly inconsistencies: number
    readonly repaired: number
    readonly failed: number
    /** Milliseconds. */
    readonly duration: number
  }
  readonly report: DriftReport & Readonly<Record<string, unknown>> | null
}

export type ToolResult = {
  readonly content: readonly ({
    readonly type: "text"
    readonly text: string
  })[]
  readonly structuredContent: Readonly<Record<string, unknown>>
  readonly isError: boolean
}

export type StoredRaw = {
  readonly success: boolean
  readonly raw_memory_id: string
  readonly queued_at: string
  readonly estimated_processing_time: string
  /** From 1. */
  readonly queue_position: number
  readonly session_id: string
  readonly job: string
}

export type ProcessingStatus = {
  readonly queue_size: number
  readonly processing: number
  readonly errors: number
  readonly oldest_queued_at: string | null
  readonly processed_today: number
  readonly average_seconds: number | null
  readonly workers: readonly ({
    readonly identity: string
    readonly last_seen: string
  })[]
  readonly status: "running" | "idle" | "stopped"
  /** What did not answer, so that no worker can be seen or given work. */
  readonly degraded: readonly ("temporal")[]
}

export type Hierarchy = {
  readonly items: readonly ({
    readonly type: "discrete" | "summary" | "raw"
    readonly id: string
    readonly session_id: string | null
    readonly user_id: string
    readonly content: string
    readonly created_at: string
    readonly links: readonly ({
      readonly type: string
      readonly id: string
    })[]
  })[]
  readonly next_cursor: string | null
}

export type CollectionStats = {
  readonly discrete: number
  readonly summaries: number
  readonly raw: {
    readonly queued: number
    readonly processing: number
    readonly processed: number
    readonly error: number
  }
  readonly storage_bytes: number
  readonly per_day: readonly ({
    readonly day: string
    readonly processed: number
    readonly errors: number
    readonly facts: number
    readonly superseded: number
    readonly summaries: number
    readonly average_seconds: number | null
  })[]
}

export type Cleaned = {
  readonly deleted_raw: number
  readonly deleted_sessions: number
  readonly kept_unprocessed: number
  readonly retention_days: number
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

export type ProtectedResource = {
  /** What a token is for, as clients ask for it. */
  readonly resource: string
  /** The issuer. */
  readonly authorization_servers: readonly (string)[]
  readonly bearer_methods_supported: readonly ("header")[]
  readonly resource_name: string
}

export type McpResources = {
  readonly resources: readonly ({
    readonly uri: string
    readonly name: string
    readonly title: string
    readonly description: string
    readonly mimeType: string
  })[]
  readonly templates: readonly ({
    readonly uriTemplate: string
    readonly name: string
    readonly title: string
    readonly description: string
    readonly mimeType: string
  })[]
}

export type McpResource = {
  readonly uri: string
  readonly mimeType: string
  readonly text: string
}

export interface Operations {
  readonly context: {
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
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly as_of?: string
      /** At most 10 users instead of `user_id`: each is asked by itself, and what is found is merged by relevance. */
      readonly user_ids?: readonly (string)[]
      readonly k?: number
      readonly heads?: readonly ("semantic" | "entity" | "situation")[]
      readonly kinds?: readonly ("message" | "episode" | "fact" | "summary" | "note")[]
      /** One scope or several. */
      readonly scope?: string | readonly (string)[]
      readonly tags?: readonly (string)[]
      readonly metadata?: Readonly<Record<string, unknown>>
      readonly filter?: Filter
      readonly threshold?: number
      readonly hops?: number
      /** Also what gave way to something newer. */
      readonly include_superseded?: boolean
      /** Stages to leave out, to measure what they earn. */
      readonly without?: readonly ("vectors" | "words" | "window" | "names" | "role" | "speaker" | "time" | "hops" | "salience" | "focus" | "current" | "rerank")[]
      /** Stages that are off, to measure what they would earn. */
      readonly with?: readonly ("recency" | "importance")[]
      readonly max_tokens?: number
    }
    readonly answer: Context
  }
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
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly as_of?: string
      /** At most 10 users instead of `user_id`: each is asked by itself, and what is found is merged by relevance. */
      readonly user_ids?: readonly (unknown)[]
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
      /** A JSON object. Conditions on fields, combined by `and`, `or` and `not`: `{ "and": [{ "kind": { "eq": "note" } }, { "not": { "tags": { "contains": "draft" } } }] }`. Fields: kind, role, scope, session_id, category, tags, occurred_at, known_at, salience, importance, metadata.<path>. Comparisons: eq, ne, gt, gte, lt, lte, in, contains, exists. At most 50 conditions, six levels deep. */
      readonly filter?: string
      readonly threshold?: number | null
      readonly hops?: number | null
      readonly include_superseded?: string
      /** Separated by commas, or the parameter again. */
      readonly without?: readonly (unknown)[]
      /** Separated by commas, or the parameter again. */
      readonly with?: readonly (unknown)[]
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
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly as_of?: string
      /** At most 10 users instead of `user_id`: each is asked by itself, and what is found is merged by relevance. */
      readonly user_ids?: readonly (string)[]
      readonly k?: number
      readonly heads?: readonly ("semantic" | "entity" | "situation")[]
      readonly kinds?: readonly ("message" | "episode" | "fact" | "summary" | "note")[]
      /** One scope or several. */
      readonly scope?: string | readonly (string)[]
      readonly tags?: readonly (string)[]
      readonly metadata?: Readonly<Record<string, unknown>>
      readonly filter?: Filter
      readonly threshold?: number
      readonly hops?: number
      /** Also what gave way to something newer. */
      readonly include_superseded?: boolean
      /** Stages to leave out, to measure what they earn. */
      readonly without?: readonly ("vectors" | "words" | "window" | "names" | "role" | "speaker" | "time" | "hops" | "salience" | "focus" | "current" | "rerank")[]
      /** Stages that are off, to measure what they would earn. */
      readonly with?: readonly ("recency" | "importance")[]
    }
    readonly answer: Recall
  }
  readonly listMemories: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
      /** The caller’s own id of the user. */
      readonly user_id?: string
      /** Separated by commas, or the parameter again. */
      readonly scope?: readonly (unknown)[]
      /** Separated by commas, or the parameter again. */
      readonly kinds?: readonly (unknown)[]
      /** Separated by commas, or the parameter again. */
      readonly tags?: readonly (unknown)[]
      /** A JSON object. */
      readonly metadata?: string
      /** A JSON object. Conditions on fields, combined by `and`, `or` and `not`: `{ "and": [{ "kind": { "eq": "note" } }, { "not": { "tags": { "contains": "draft" } } }] }`. Fields: kind, role, scope, session_id, category, tags, occurred_at, known_at, salience, importance, metadata.<path>. Comparisons: eq, ne, gt, gte, lt, lte, in, contains, exists. At most 50 conditions, six levels deep. */
      readonly filter?: string
      /** Separated by commas, or the parameter again. */
      readonly state?: readonly (unknown)[]
      readonly session_id?: string
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly from?: string
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly to?: string
      /** The latest first, by when they became known or by when it happened. */
      readonly order?: "known" | "occurred"
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (Memory)[]
      readonly next_cursor: string | null
    }
  }
  readonly storeMemory: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      /** `personal` unless given. */
      readonly scope?: string
      /** `message` with a role, else `note`. */
      readonly kind?: "message" | "fact" | "note" | "summary"
      readonly tags?: readonly (string)[]
      readonly importance?: number
      readonly session_id?: string
      readonly conversation_id?: string
      readonly occurred_at?: string
      /** From then on it is out of sight. */
      readonly expires_at?: string
      readonly metadata?: Readonly<Record<string, unknown>>
      /** What the memory names; found in its text as well unless told not to. */
      readonly entities?: readonly ({
        readonly type: "person" | "place" | "organization" | "event" | "thing"
        readonly value: string
        readonly confidence?: number
      })[]
      readonly summary?: string
      /** At most 256 KiB. */
      readonly content?: string
      readonly role?: string
      /** Your own id: the same again changes the memory that has it. */
      readonly external_id?: string
      readonly messages?: readonly ({
        readonly role: string
        /** Text, or a list of parts of which those with text count; at most 256 KiB. */
        readonly content: string | readonly (unknown)[] | null
      })[]
      /** With `messages`: true (the default) finds out what is worth remembering, as for a session; false keeps each message as it is. */
      readonly infer?: boolean
      /** The caller’s own id of the user. */
      readonly user_id?: string
      readonly extract_entities?: boolean
    }
    readonly answer: Memory | {
      readonly items: readonly (Memory)[]
    } | AcceptedMemories
  }
  readonly getMemory: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: MemoryDetail
  }
  readonly removeMemory: {
    readonly query: {
      readonly hard?: string
      /** Entities that no memory names any more go too. */
      readonly cascade_graph?: string
    }
    readonly body: undefined
    readonly answer: AcceptedMemories
  }
  readonly changeMemory: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      /** `personal` unless given. */
      readonly scope?: string
      /** `message` with a role, else `note`. */
      readonly kind?: "message" | "fact" | "note" | "summary"
      readonly tags?: readonly (string)[]
      readonly importance?: number | null
      readonly session_id?: string | null
      readonly conversation_id?: string | null
      readonly occurred_at?: string
      readonly expires_at?: string
      readonly metadata?: Readonly<Record<string, unknown>>
      /** What the memory names; found in its text as well unless told not to. */
      readonly entities?: readonly ({
        readonly type: "person" | "place" | "organization" | "event" | "thing"
        readonly value: string
        readonly confidence?: number
      })[]
      readonly summary?: string | null
      /** At most 256 KiB. */
      readonly content?: string
      readonly role?: string | null
      readonly extract_entities?: boolean
    }
    readonly answer: Memory | AcceptedMemories
  }
  readonly listMemoryRevisions: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (MemoryRevision)[]
      readonly next_cursor: string | null
    }
  }
  readonly storeMemories: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      /** Whose all of them are. */
      readonly user_id?: string
      readonly memories: readonly ({
        /** `personal` unless given. */
        readonly scope?: string
        /** `message` with a role, else `note`. */
        readonly kind?: "message" | "fact" | "note" | "summary"
        readonly tags?: readonly (string)[]
        readonly importance?: number
        readonly session_id?: string
        readonly conversation_id?: string
        readonly occurred_at?: string
        /** From then on it is out of sight. */
        readonly expires_at?: string
        readonly metadata?: Readonly<Record<string, unknown>>
        /** What the memory names; found in its text as well unless told not to. */
        readonly entities?: readonly ({
          readonly type: "person" | "place" | "organization" | "event" | "thing"
          readonly value: string
          readonly confidence?: number
        })[]
        readonly summary?: string
        /** At most 256 KiB. */
        readonly content: string
        readonly role?: string
        /** Your own id: the same again changes the memory that has it. */
        readonly external_id?: string
      })[]
      readonly extract_entities?: boolean
    }
    readonly answer: {
      readonly items: readonly (Memory)[]
    } | AcceptedMemories
  }
  readonly restoreMemory: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Memory | AcceptedMemories
  }
  readonly forget: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      /** One memory, or */
      readonly id?: string
      /** The caller’s own id of the user. */
      readonly user_id?: string
      readonly scope?: string | readonly (string)[]
      /** A posted session or a conversation of the source. */
      readonly session_id?: string
      readonly kinds?: readonly ("message" | "episode" | "fact" | "summary" | "note")[]
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly from?: string
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly to?: string
      readonly filter?: Filter
      /** Counts, and changes nothing. */
      readonly dry_run?: boolean
    }
    readonly answer: Tombstone
  }
  readonly compatForget: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      /** One memory, or */
      readonly id?: string
      /** The caller’s own id of the user. */
      readonly user_id?: string
      readonly scope?: string | readonly (string)[]
      /** A posted session or a conversation of the source. */
      readonly session_id?: string
      readonly kinds?: readonly ("message" | "episode" | "fact" | "summary" | "note")[]
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly from?: string
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly to?: string
      readonly filter?: Filter
      /** Counts, and changes nothing. */
      readonly dry_run?: boolean
    }
    readonly answer: Tombstone
  }
  readonly startConsolidation: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      /** Left out: everybody of the namespace. */
      readonly user_id?: string
      /** In MEMORY_TIMEZONE. Left out: every day that ended and holds something new. */
      readonly day?: string
      /** Plans, and changes nothing. */
      readonly dry_run?: boolean
    }
    readonly answer: Consolidation | Accepted
  }
  readonly compatConsolidate: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      /** Left out: everybody of the namespace. */
      readonly user_id?: string
      /** In MEMORY_TIMEZONE. Left out: every day that ended and holds something new. */
      readonly day?: string
      /** Plans, and changes nothing. */
      readonly dry_run?: boolean
    }
    readonly answer: Consolidation | Accepted
  }
  readonly getConsolidation: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Consolidation
  }
  readonly undoConsolidation: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Consolidation
  }
  readonly getUser: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: User
  }
  readonly eraseUser: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Accepted
  }
  readonly getErasure: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: ErasureReceipt
  }
  readonly startBackfill: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly page_size?: number
      /** How facts are made of conversations. Left out: by the language model when one is configured, else not at all. */
      readonly extract?: "none" | "rules" | "model"
      /** Only what failed before. */
      readonly retry_failed?: boolean
      /** Also what is unchanged, as it would be taken in today. What has a vector keeps it; facts that a model made are asked for again. */
      readonly force?: boolean
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
      readonly conversations?: readonly (Readonly<Record<string, unknown>>)[]
      readonly records?: readonly (Readonly<Record<string, unknown>>)[]
      /** For administrators: takes in what was erased or forgotten as well, and takes back that it was. */
      readonly lift?: boolean
    }
    readonly answer: Imported
  }
  readonly listJobs: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
      readonly kind?: "backfill" | "nightly" | "session" | "memory" | "sync" | "narrative" | "consolidate" | "dream" | "narratives" | "erase" | "reembed" | "episodes"
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
  readonly listStepFailures: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (StepFailure)[]
    }
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
  readonly listEvents: {
    readonly query: {
      readonly limit?: number
      /** `cursor` of an event, or `next_cursor`. */
      readonly cursor?: string
      /** Separated by commas, or the parameter again. */
      readonly types?: readonly (unknown)[]
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (MemoryEvent)[]
      readonly next_cursor: string | null
    }
  }
  readonly listWebhooks: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (Webhook)[]
      readonly next_cursor: string | null
    }
  }
  readonly createWebhook: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly url: string
      /** Only events of these types; left out: all. */
      readonly types?: readonly ("memory.created" | "memory.updated" | "memory.superseded" | "memory.restored" | "memory.forgotten" | "user.erased" | "narrative.updated" | "job.succeeded" | "job.failed")[]
      /** Only events about this user. */
      readonly user_id?: string
      /** Sends `data.content` along: what the memory or the narrative says at that moment, while it is there. */
      readonly include_content?: boolean
      readonly description?: string
    }
    readonly answer: NewWebhook
  }
  readonly deleteWebhook: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: undefined
  }
  readonly listDeliveries: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
      readonly state?: "pending" | "retrying" | "delivered" | "parked" | "skipped"
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (Delivery)[]
      readonly next_cursor: string | null
    }
  }
  readonly replayWebhook: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly cursor?: string | null
    }
    readonly answer: Webhook
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
      readonly id: "nightly" | "consolidation" | "narratives"
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
  readonly findIds: {
    readonly query: {
      readonly of: "job" | "memory" | "session"
      readonly prefix: string
    }
    readonly body: undefined
    readonly answer: Ids
  }
  readonly exportUser: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: undefined
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
      /** With `user_id`: further users whose memories it may read. It writes for its own alone. */
      readonly readable_users?: readonly (string)[]
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
  readonly getAiSettings: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: AiSettings
  }
  readonly putAiSettings: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly llm?: {
        /** Another one discards the stored key, unless a key comes along. */
        readonly base_url?: string | null
        readonly model?: string | null
        /** `set`, as it is shown, leaves it as it is. */
        readonly api_key?: string | null
      }
      readonly embedding?: {
        /** Another one discards the stored key, unless a key comes along. */
        readonly base_url?: string | null
        readonly model?: string | null
        /** `set`, as it is shown, leaves it as it is. */
        readonly api_key?: string | null
        readonly dim?: number | null
      }
      /** Take another embedding model although there are vectors of this one. */
      readonly reembed?: boolean
    }
    readonly answer: AiSettings
  }
  readonly testAiSettings: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly llm?: {
        /** Another one discards the stored key, unless a key comes along. */
        readonly base_url?: string | null
        readonly model?: string | null
        /** `set`, as it is shown, leaves it as it is. */
        readonly api_key?: string | null
      }
      readonly embedding?: {
        /** Another one discards the stored key, unless a key comes along. */
        readonly base_url?: string | null
        readonly model?: string | null
        /** `set`, as it is shown, leaves it as it is. */
        readonly api_key?: string | null
        readonly dim?: number | null
      }
      /** Take another embedding model although there are vectors of this one. */
      readonly reembed?: boolean
    }
    readonly answer: AiSettingsTest
  }
  readonly getExtractionSettings: {
    readonly query: {
      /** Settings of a collection of sessions; left out, those of the namespace. */
      readonly collection?: string
    }
    readonly body: undefined
    readonly answer: ExtractionSettings
  }
  readonly putExtractionSettings: {
    readonly query: {
      /** Settings of a collection of sessions; left out, those of the namespace. */
      readonly collection?: string
    }
    readonly body: {
      /** In plain words, for the language model: what is worth remembering here. */
      readonly instructions?: string
      /** Each fact is put into one of them, or none. */
      readonly categories?: readonly ({
        readonly name: string
        readonly description?: string
      })[]
      /** Topics of which nothing is remembered, in plain words: `health`, `salary`. */
      readonly never?: readonly (string)[]
      /** Types of entities to name; empty is all: person, place, organization, event, thing. */
      readonly entity_types?: readonly (string)[]
      /** Passwords, codes, keys and numbers of documents, cards and accounts: `drop` what holds them, `mask` them, or `keep` them. */
      readonly sensitive?: "drop" | "mask" | "keep"
      /** Changes the settings only while this is their version. */
      readonly version?: number
      /** As it is answered; it changes nothing. */
      readonly collection?: unknown
      /** As it is answered; it changes nothing. */
      readonly outdated?: unknown
      /** As it is answered; it changes nothing. */
      readonly updated_at?: unknown
    }
    readonly answer: ExtractionSettings
  }
  readonly resetExtractionSettings: {
    readonly query: {
      /** Settings of a collection of sessions; left out, those of the namespace. */
      readonly collection?: string
    }
    readonly body: undefined
    readonly answer: ExtractionSettings
  }
  readonly testExtractionSettings: {
    readonly query: {
      /** Settings of a collection of sessions; left out, those of the namespace. */
      readonly collection?: string
    }
    readonly body: {
      /** Text such as `User: …` and `Assistant: …`, an exported chat or captions (docs/sessions.md has the rules), or a list of `{ role, content, timestamp?, name? }` or of messages as OpenAI, Anthropic, Slack and Telegram write them. */
      readonly transcript: string | readonly (Readonly<Record<string, unknown>>)[] | {
        readonly messages?: readonly (Readonly<Record<string, unknown>>)[]
      }
      /** Any object of at most 16 KiB as JSON. */
      readonly metadata?: Readonly<Record<string, unknown>>
      /** Tried instead of those that are stored. */
      readonly settings?: {
        /** In plain words, for the language model: what is worth remembering here. */
        readonly instructions?: string
        /** Each fact is put into one of them, or none. */
        readonly categories?: readonly ({
          readonly name: string
          readonly description?: string
        })[]
        /** Topics of which nothing is remembered, in plain words: `health`, `salary`. */
        readonly never?: readonly (string)[]
        /** Types of entities to name; empty is all: person, place, organization, event, thing. */
        readonly entity_types?: readonly (string)[]
        /** Passwords, codes, keys and numbers of documents, cards and accounts: `drop` what holds them, `mask` them, or `keep` them. */
        readonly sensitive?: "drop" | "mask" | "keep"
      }
    }
    readonly answer: ExtractionTrial
  }
  readonly getReembed: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Reembed
  }
  readonly startReembed: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly undo?: boolean
    }
    readonly answer: Accepted
  }
  readonly storeNote: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      /** `personal` unless given. */
      readonly scope?: string
      readonly tags?: readonly (string)[]
      readonly importance?: number
      readonly session_id?: string
      readonly conversation_id?: string
      readonly occurred_at?: string
      /** From then on it is out of sight. */
      readonly expires_at?: string
      readonly metadata?: Readonly<Record<string, unknown>>
      /** What the memory names; found in its text as well unless told not to. */
      readonly entities?: readonly ({
        readonly type: "person" | "place" | "organization" | "event" | "thing"
        readonly value: string
        readonly confidence?: number
      })[]
      readonly summary?: string
      /** At most 256 KiB. */
      readonly content: string
      /** Your own id: the same again changes the memory that has it. */
      readonly external_id?: string
      /** The caller’s own id of the user. */
      readonly user_id?: string
      readonly extract_entities?: boolean
    }
    readonly answer: Note | AcceptedMemories
  }
  readonly listConnections: {
    readonly query: {
      readonly limit?: number
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (Connection)[]
      readonly next_cursor: null
    }
  }
  readonly getGraph: {
    readonly query: {
      /** Implied by a key bound to a user. */
      readonly user_id?: string
      /** Separated by commas, or the parameter again. */
      readonly scope?: readonly (unknown)[]
      /** Separated by commas, or the parameter again. */
      readonly kinds?: readonly (unknown)[]
      /** Memories at most; as many entities at most, and eight times as many links. */
      readonly limit?: number
      /** `true`: links between messages that follow each other too. */
      readonly sequence?: "true" | "false"
    }
    readonly body: undefined
    readonly answer: Graph
  }
  readonly migrateEpisodes: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      /** Which vectors are made; `semantic` always is. */
      readonly heads?: readonly ("semantic" | "entity" | "situation")[]
      /** With `dry_run`: so many of the first rows as they would become. */
      readonly sample?: number
      /** Only the first rows. */
      readonly limit?: number
      /** Counts, and changes nothing. */
      readonly dry_run?: boolean
    }
    readonly answer: EpisodesPreview | Accepted
  }
  readonly listSessions: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
      /** The caller’s own id of the user. */
      readonly user_id?: string
      readonly collection?: string
      readonly session_id?: string
      readonly status?: "queued" | "processing" | "processed" | "error"
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (SessionInfo)[]
      readonly next_cursor: string | null
    }
  }
  readonly postSession: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      /** The caller’s own id of the user. */
      readonly user_id?: string
      /** Posts of one session are processed in order. Made of the text when absent. */
      readonly session_id?: string
      readonly collection?: string
      /** Text such as `User: …` and `Assistant: …`, an exported chat or captions (docs/sessions.md has the rules), or a list of `{ role, content, timestamp?, name? }` or of messages as OpenAI, Anthropic, Slack and Telegram write them. */
      readonly transcript: string | readonly (Readonly<Record<string, unknown>>)[] | {
        readonly messages?: readonly (Readonly<Record<string, unknown>>)[]
      }
      /** Any object of at most 16 KiB as JSON. */
      readonly metadata?: Readonly<Record<string, unknown>>
    }
    readonly answer: Session | PostAccepted
  }
  readonly getSession: {
    readonly query: {
      /** The caller’s own id of the user. */
      readonly user_id?: string
      readonly collection?: string
    }
    readonly body: undefined
    readonly answer: Session
  }
  readonly getNarrative: {
    readonly query: {
      /** `false`: answers at once, without one. */
      readonly analysis?: "true" | "false"
    }
    readonly body: undefined
    readonly answer: Narrative
  }
  readonly listNarrativeVersions: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (NarrativeVersion)[]
      readonly next_cursor: string | null
    }
  }
  readonly regenerateNarrative: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Accepted
  }
  readonly compatGetNarrative: {
    readonly query: {
      /** The caller’s own id of the user. */
      readonly user_id?: string
    }
    readonly body: undefined
    readonly answer: CompatNarrative
  }
  readonly backfillNarratives: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Accepted
  }
  readonly listNarrativeFailures: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (NarrativeFailure)[]
      readonly next_cursor: string | null
    }
  }
  readonly getBudget: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Budget
  }
  readonly setBudget: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly per_day: number | null
    }
    readonly answer: Budget
  }
  readonly getStats: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
      /** How many days of usage, today included. */
      readonly days?: number
      /** Tells of each day what came, how soon it was searchable and what failed. */
      readonly activity?: string
    }
    readonly body: undefined
    readonly answer: {
      readonly items: readonly (Stats)[]
      readonly next_cursor: string | null
    }
  }
  readonly getStatus: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: Status
  }
  readonly getSync: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: SyncState
  }
  readonly startSync: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly operation?: "check" | "repair" | "full" | "rebuild"
      /** The caller’s own id of the user. */
      readonly user_id?: string
      /** Compares so many memories at most; the next one with a limit goes on there. */
      readonly limit?: number
      /** Finds, and changes nothing. */
      readonly dry_run?: boolean
      /** With `rebuild`: empties the graph of the namespace or the user first. */
      readonly clear_existing?: boolean
    }
    readonly answer: Sync | Accepted
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
      /** recall_memory, search_memory, list_memories, ask_memory, deep_memory_query, jean_memory, add_memories, update_memory, forget_memory, get_job */
      readonly name: string
      readonly arguments?: Readonly<Record<string, unknown>>
    }
    readonly answer: ToolResult
  }
  readonly compatGetAiSettings: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: AiSettings
  }
  readonly compatPutAiSettings: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly llm?: {
        /** Another one discards the stored key, unless a key comes along. */
        readonly base_url?: string | null
        readonly model?: string | null
        /** `set`, as it is shown, leaves it as it is. */
        readonly api_key?: string | null
      }
      readonly embedding?: {
        /** Another one discards the stored key, unless a key comes along. */
        readonly base_url?: string | null
        readonly model?: string | null
        /** `set`, as it is shown, leaves it as it is. */
        readonly api_key?: string | null
        readonly dim?: number | null
      }
      /** Take another embedding model although there are vectors of this one. */
      readonly reembed?: boolean
    }
    readonly answer: AiSettings
  }
  readonly compatTestAiSettings: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly llm?: {
        /** Another one discards the stored key, unless a key comes along. */
        readonly base_url?: string | null
        readonly model?: string | null
        /** `set`, as it is shown, leaves it as it is. */
        readonly api_key?: string | null
      }
      readonly embedding?: {
        /** Another one discards the stored key, unless a key comes along. */
        readonly base_url?: string | null
        readonly model?: string | null
        /** `set`, as it is shown, leaves it as it is. */
        readonly api_key?: string | null
        readonly dim?: number | null
      }
      /** Take another embedding model although there are vectors of this one. */
      readonly reembed?: boolean
    }
    readonly answer: AiSettingsTest
  }
  readonly storeRaw: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      /** Text such as `User: …` and `Assistant: …`, an exported chat or captions (docs/sessions.md has the rules), or a list of `{ role, content, timestamp?, name? }` or of messages as OpenAI, Anthropic, Slack and Telegram write them. */
      readonly session_data: string | readonly (Readonly<Record<string, unknown>>)[] | {
        readonly messages?: readonly (Readonly<Record<string, unknown>>)[]
      }
      readonly session_id?: string | null
      /** Any object of at most 16 KiB as JSON. `user_id`, `session_type` and `timestamp` mean something. */
      readonly metadata?: Readonly<Record<string, unknown>>
    }
    readonly answer: StoredRaw
  }
  readonly processingStatus: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: ProcessingStatus
  }
  readonly memoryHierarchy: {
    readonly query: {
      readonly limit?: number
      /** `next_cursor` of the page before. */
      readonly cursor?: string
      /** The caller’s own id of the user. */
      readonly user_id?: string
      readonly session_id?: string
      readonly memory_type?: "discrete" | "summary" | "raw" | "all"
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly start_date?: string
      /** ISO 8601: a time with an offset, or a date in UTC. */
      readonly end_date?: string
    }
    readonly body: undefined
    readonly answer: Hierarchy
  }
  readonly compatSession: {
    readonly query: {
      /** The caller’s own id of the user. */
      readonly user_id?: string
    }
    readonly body: undefined
    readonly answer: Session
  }
  readonly collectionStats: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: CollectionStats
  }
  readonly cleanUpCollection: {
    readonly query: {
      /** RAW_RETENTION_DAYS (30) unless given. */
      readonly retention_days?: number | null
    }
    readonly body: undefined
    readonly answer: Cleaned
  }
  readonly persistenceStatus: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: {
      readonly status: "healthy" | "degraded" | "unhealthy"
      readonly stores: {
        readonly vectorStore: {
          readonly available: boolean
          readonly healthy: boolean
          readonly lastCheck: string
        }
        readonly graphStore: {
          readonly available: boolean
          readonly healthy: boolean
          readonly lastCheck: string
        }
      }
      readonly metrics: {
        readonly vectorStoreCount: number
        readonly graphStoreCount: number
        readonly syncPercentage: number
        readonly totalMemories: number
      }
      readonly sync: {
        readonly vectorStoreCount: number
        readonly graphStoreCount: number
        readonly syncPercentage: number
      }
    }
  }
  readonly persistenceSyncState: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: {
      readonly status: "idle" | "running"
      readonly stats: {
        readonly vectorStoreCount: number
        readonly graphStoreCount: number
        readonly syncPercentage: number
      }
    }
  }
  readonly persistenceSync: {
    readonly query: Readonly<Record<string, never>>
    readonly body: {
      readonly operation: "check" | "repair" | "full" | "rebuild"
      /** The caller’s own id of the user. */
      readonly userId?: string
      readonly limit?: number
      readonly dryRun?: boolean
      readonly clearExisting?: boolean
    }
    readonly answer: {
      readonly status: "running" | "completed" | "failed" | "cancelled"
      readonly operation: "check" | "repair" | "full" | "rebuild"
      readonly result: {
        readonly totalChecked: number
        readonly inconsistencies: number
        readonly repaired: number
        readonly failed: number
        /** Milliseconds. */
        readonly duration: number
      }
    }
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
  readonly protectedResource: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: ProtectedResource
  }
  readonly protectedMcpResource: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: ProtectedResource
  }
  readonly listResources: {
    readonly query: Readonly<Record<string, never>>
    readonly body: undefined
    readonly answer: McpResources
  }
  readonly readResource: {
    readonly query: {
      readonly uri: string
    }
    readonly body: undefined
    readonly answer: McpResource
  }
}
