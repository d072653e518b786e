import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { MemoirError, SENTENCE } from '../errors.ts'
import type { AcceptedMemories } from '../memories/memories.ts'
import type { BeforeCommit } from '../stores/database.ts'
import { acceptedAnswer } from './await-memories.ts'
import type { GuardedEnv, Principal } from './environment.ts'
import { once } from './idempotency.ts'
import type { Inferred } from './infer.ts'
import { userOf } from './reach.ts'
import { refuses } from './responses.ts'
import { acceptedMemoriesSchema } from './schemas.ts'

/** What all writes of memories over HTTP have in common. */

export const writeHeaders = {
  'idempotency-key': z
    .string()
    .optional()
    .openapi({ description: 'The same key and body again within 24 hours: the same answer.' }),
  prefer: z.string().optional().openapi({
    description: '`wait=N`: waits up to N seconds (60 at most) until every store has it.',
  }),
}

export const writeRefusals = refuses(
  'conflict',
  'in_progress',
  'suppressed_user',
  'payload_too_large',
  'unsupported_media_type',
  'vendor_refused',
  'persistence_failed',
)

export interface Keyed {
  readonly route: string
  readonly key: string | undefined
  readonly body: unknown
}

/** Accepts a write, or answers what the same key was answered before. */
export async function acceptMemoriesOnce(
  c: Context<GuardedEnv>,
  keyed: Keyed,
  write: (
    beforeCommit: BeforeCommit<AcceptedMemories | Inferred> | undefined,
  ) => Promise<AcceptedMemories | Inferred>,
) {
  const { services, principal } = c.var
  const answerOf = (done: AcceptedMemories | Inferred) => ({
    status: 202,
    body: acceptedAnswer(done),
  })
  const answer = await once(services, { principal, ...keyed, answer: answerOf }, write)
  return acceptedMemoriesSchema.parse(answer.body)
}

/** @throws MemoirError `not_found` for a bound key that names somebody else */
export function requireUser(principal: Principal, named: string | undefined): string {
  const user = userOf(principal, named)
  if (user === null) throw new MemoirError('not_found', SENTENCE.not_found)
  return user
}

export function reachOf({ namespaceId, scopes }: Principal) {
  return scopes === null ? { namespaceId } : { namespaceId, scopes }
}
