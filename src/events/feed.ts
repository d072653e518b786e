import type { MemoirEvent } from '../domain/event.ts'
import type { Page } from '../domain/job.ts'
import type { Database } from '../stores/database.ts'
import { eventCursor, eventPage, listEvents, type EventQuery } from '../stores/events/events.ts'
import { findHead, givePositions } from '../stores/events/positions.ts'

/** The events of a namespace, oldest first: everything before a cursor has been read. */

/** Batches of positions that one request gives: of a large import whose events nobody has read until now. */
const BATCHES_A_REQUEST = 4

/** @returns a page; while events have no position yet `next_cursor` says where to go on, even when the page is not full */
export async function readEvents(db: Database, query: EventQuery): Promise<Page<MemoirEvent>> {
  const { namespaceId, limit } = query
  for (let batch = 1; ; batch += 1) {
    const more = await givePositions(db, namespaceId)
    // Before the rows: all up to there has been looked through then.
    const head = more ? await findHead(db, namespaceId) : null
    const rows = await listEvents(db, { ...query, limit: limit + 1 })
    if (head !== null && rows.length <= limit && batch < BATCHES_A_REQUEST) continue
    const page = eventPage(rows, limit)
    if (head === null || page.next_cursor !== null) return page
    return { ...page, next_cursor: page.items.at(-1)?.cursor ?? eventCursor(head) }
  }
}
