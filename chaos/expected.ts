/** What a run was promised, as the load heard it. The auditor reads this and the stores, and nothing else. */

export interface ExpectedMemory {
  readonly id: string
  readonly user: string
  /** A word that no other memory says. */
  token: string
  /** `deleted` can be restored; `gone` was forgotten or deleted for good, alone or with its user. */
  state: 'active' | 'deleted' | 'gone'
}

export interface ExpectedSession {
  readonly user: string
  readonly sessionId: string
  readonly token: string
  state: 'active' | 'gone'
}

export interface ExpectedConversation {
  readonly id: string
  readonly user: string
  readonly token: string
  readonly messages: number
  state: 'active' | 'gone'
}

export interface Expected {
  readonly memories: ExpectedMemory[]
  readonly sessions: ExpectedSession[]
  readonly conversations: ExpectedConversation[]
  /** Words that must not be anywhere. */
  readonly forgotten: string[]
  /** Ids of jobs that were accepted, and whose they are; null is of nobody alone. */
  readonly jobs: Map<string, string | null>
  /** What answers said that they must not, heard while the load ran. */
  readonly heard: string[]
}

export const nothingExpected = (): Expected => ({
  memories: [],
  sessions: [],
  conversations: [],
  forgotten: [],
  jobs: new Map(),
  heard: [],
})

export const countExpected = ({
  memories,
  sessions,
  conversations,
  forgotten,
  jobs,
}: Expected) => ({
  memories: memories.length,
  sessions: sessions.length,
  conversations: conversations.length,
  forgotten: forgotten.length,
  jobs: jobs.size,
})
