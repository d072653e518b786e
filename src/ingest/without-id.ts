import { failedUnder } from '../stores/memories/ingested.ts'
import { LONG_ID, NO_ID, type ConversationSource } from './conversation.ts'
import { recordErrors, recordGone } from './passed-over.ts'
import type { SliceContext } from './slice.ts'

/** Rows without an id are in no page and have no name: they are listed by their number, so that none is passed over in silence. */

/** More say nothing that the first do not. */
const MOST_LISTED = 100

const nameOf = (number: number) => `${NO_ID}${number}`
const isNumbered = (id: string) => /^\(no id\) \d{1,3}$/.test(id)

/** Whether a listed row is looked up by its id. */
export const hasOwnId = (conversationId: string): boolean =>
  !conversationId.startsWith(NO_ID) && !conversationId.startsWith(LONG_ID)

/** Lists the rows without an id that there are, and no longer those that have got one. */
export async function listWithoutId(
  context: Pick<SliceContext, 'db' | 'jobId' | 'namespaceId' | 'source'>,
  source: ConversationSource,
): Promise<void> {
  const count = await source.withoutId(MOST_LISTED)
  const known = await failedUnder(context.db, context, NO_ID)
  const listed = Array.from({ length: count }, (_, index) => nameOf(index + 1))
  await recordErrors(
    context,
    listed.map((id) => ({ id, code: 'no_id' as const })),
  )
  const gone = known.filter((id) => isNumbered(id) && !listed.includes(id))
  await recordGone(context, gone)
}
