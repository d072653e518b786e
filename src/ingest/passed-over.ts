import type { ErrorCode, MemoirError } from '../errors.ts'
import { saveIngested, type IngestedWrite } from '../stores/memories/ingested.ts'
import { notePassedOver } from '../stores/jobs/jobs.ts'
import type { SliceContext } from './slice.ts'

/** Conversations that a page passes over: each is listed with its code, and the page goes on. */

type Context = Pick<SliceContext, 'db' | 'jobId' | 'namespaceId' | 'source'>

/** Why a vendor refused a conversation stands with the step: the conversation's row holds no texts. */
export async function noteWords(
  { db, jobId }: Context,
  { code, vendorText: detail }: MemoirError,
): Promise<void> {
  if (detail !== undefined) await notePassedOver(db, jobId, { step: 'ingestPage', code, detail })
}

export async function passOver(
  context: Context,
  faults: ReadonlyMap<string, MemoirError>,
): Promise<void> {
  await recordErrors(
    context,
    [...faults].map(([id, { code }]) => ({ id, code })),
  )
  for (const failure of faults.values()) await noteWords(context, failure)
}

export const outcomeOnly = (
  conversationId: string,
  { outcome, code }: Pick<IngestedWrite, 'outcome' | 'code'>,
): IngestedWrite => ({
  conversationId,
  userId: null,
  messageHash: null,
  messageCount: 0,
  tokenEstimate: 0,
  sourceUpdatedAt: null,
  readAt: null,
  pipelineVersion: 0,
  extractionVersion: null,
  traceId: null,
  extracted: 'none',
  outcome,
  code,
})

/** Lists conversations as failed. */
export async function recordErrors(
  context: Context,
  failures: readonly { readonly id: string; readonly code: ErrorCode }[],
): Promise<void> {
  await saveIngested(
    context.db,
    context,
    failures.map(({ id, code }) => outcomeOnly(id, { outcome: 'error', code })),
  )
}

/** Lists conversations as passed over because the source no longer has them. */
export async function recordGone(context: Context, ids: readonly string[]): Promise<void> {
  await saveIngested(
    context.db,
    context,
    ids.map((id) => outcomeOnly(id, { outcome: 'skipped', code: 'gone' })),
  )
}
