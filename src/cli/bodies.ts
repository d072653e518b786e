import type { SyncOperation } from '../domain/graph.ts'

/** What the command line sends. */

export interface RecallQuery {
  readonly q: string
  /** One user, or several. */
  readonly user_id?: string
  readonly user_ids?: readonly string[]
  readonly k?: number
  readonly heads?: readonly string[]
  readonly kinds?: readonly string[]
  readonly scope?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly threshold?: number
  readonly hops?: number
  readonly as_of?: string
  readonly include_superseded?: boolean
  readonly without?: readonly string[]
  readonly with?: readonly string[]
}

export interface ConsolidationBody {
  readonly user_id?: string
  readonly day?: string
  readonly dry_run: boolean
}

export interface NewMemory {
  readonly user_id: string
  readonly content: string
  readonly scope?: string
  readonly tags?: readonly string[]
  readonly importance?: number
  readonly occurred_at?: string
  readonly external_id?: string
}

/** A conversation as the API takes it. */
export interface ImportedConversation {
  readonly id: string
  readonly user_id?: string
  readonly title: string | null
  readonly created_at: string
  readonly updated_at: string
  readonly messages: readonly ImportedMessage[]
}

export interface ImportedMessage {
  readonly id: string
  readonly role: string
  readonly name: string | null
  readonly content: string
  readonly created_at: string
  readonly position: number
}

export interface PostBody {
  readonly user_id?: string
  readonly session_id?: string
  readonly collection?: string
  /** Text, or the list of a JSON file. */
  readonly transcript: unknown
  readonly metadata?: Readonly<Record<string, unknown>>
}

export interface ForgetBody {
  readonly id?: string
  readonly user_id?: string
  readonly scope?: readonly string[]
  readonly session_id?: string
  readonly kinds?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly dry_run: boolean
}

export interface NewKey {
  readonly name: string
  readonly role: string
  /** Comes into being when there is none of that name. */
  readonly namespace?: string
  readonly user_id?: string
  readonly readable_users?: readonly string[]
  readonly scopes?: readonly string[]
  readonly expires_at?: string
}

export interface ScheduleChange {
  readonly cron?: string
  readonly paused?: boolean
  readonly note?: string
}

export interface SyncBody {
  readonly operation: SyncOperation
  readonly user_id?: string
  readonly limit?: number
  readonly dry_run: boolean
  readonly clear_existing: boolean
}

/** A change of the language model; null goes back to what the environment says. */
export interface ModelsBody {
  readonly llm?: {
    readonly base_url: string | null
    readonly model: string | null
    readonly api_key?: null
  }
}
