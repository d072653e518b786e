import type { Conversation } from '../../client/work.ts'

/** What is asked about conversations, and where the answers stand. */

export interface EvalQuestion {
  /** Its place in the file's own list of questions. */
  readonly index: number
  readonly text: string
  /** Asked right before: the question itself names nothing. */
  readonly after?: string
  readonly category: string
  /** Ids of the messages that answer it; none when nothing does. */
  readonly evidence: ReadonlySet<string>
}

/** Everything of one user. */
export interface EvalChat {
  readonly name: string
  readonly user: string
  readonly conversations: readonly Conversation[]
  readonly questions: readonly EvalQuestion[]
}
