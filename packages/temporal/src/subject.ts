import { defaultPayloadConverter, type Headers } from '@temporalio/common'

/** Whose memories a workflow works with, as it travels in headers: to workflows, their activities, children and next runs. */
export interface Subject {
  /** Your own id of the user; may be left out with a key that is bound to one. */
  readonly user_id?: string
  /** The conversation that what is remembered belongs to. */
  readonly session_id?: string
}

const HEADER = 'memoir-subject'

export function withSubject(headers: Headers, subject: Subject | undefined): Headers {
  if (subject === undefined) return headers
  return { ...headers, [HEADER]: defaultPayloadConverter.toPayload(subject) }
}

export function subjectOf(headers: Headers): Subject | undefined {
  const payload = headers[HEADER]
  return payload === undefined ? undefined : defaultPayloadConverter.fromPayload<Subject>(payload)
}
