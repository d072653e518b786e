import { findCurrent, type CurrentMemory, type RevisionOf } from '../stores/jobs/memory-jobs.ts'
import { retireMemories } from '../stores/consolidation/consolidation-writes.ts'
import type { Database, Queryable } from '../stores/database.ts'
import { applyUserChanges, lockUsers } from '../stores/memory-users.ts'
import { findCorrectable } from '../stores/memories/correctable.ts'
import { correctionIn, corrects } from '../text/correction.ts'
import { lexemesOf } from '../text/tokens.ts'
import { NOTHING } from './derive.ts'

/**
 * A note that says it is a correction supersedes what it corrects: the one note or fact of the same user and scope that holds what is
 * said to be wrong. Where several might be meant, none is superseded. It can be restored like anything superseded.
 * @returns how many were superseded
 */
export async function supersedeCorrected(
  db: Database,
  { userId, memories }: { readonly userId: string; readonly memories: readonly RevisionOf[] },
): Promise<number> {
  const current = await findCurrent(db, { userId, memories })
  const open = current.filter(isCorrection)
  if (open.length === 0) return 0
  return await db.transaction(async (tx) => {
    if (!(await lockUsers(tx, [userId])).has(userId)) return 0
    let superseded = 0
    for (const memory of await findCurrent(tx, { userId, memories: open })) {
      superseded += await supersedeBy(tx, userId, memory)
    }
    return superseded
  })
}

/** Whether a memory says that it corrects something. */
export const isCorrection = ({ kind, content }: CurrentMemory): boolean =>
  kind === 'note' && correctionIn(content) !== null

async function supersedeBy(tx: Queryable, userId: string, memory: CurrentMemory): Promise<number> {
  const { id, revision, content: text, language, occurredAt: before } = memory
  const correction = correctionIn(text)
  if (correction === null) return 0
  const lexemes = [...new Set(lexemesOf(text, language))]
  const found = await findCorrectable(tx, { userId, id, before, lexemes })
  const [meant, ...others] = found.filter(({ content }) =>
    corrects({ text, language }, correction, content),
  )
  if (meant === undefined || others.length > 0) return 0
  const merge = { id: meant.id, revision: meant.revision, into: id, into_revision: revision }
  const { length } = await retireMemories(tx, userId, [merge])
  if (length > 0) await applyUserChanges(tx, [{ ...NOTHING, userId, traces: -length }])
  return length
}
