import { createHash } from 'node:crypto'
import { MemoirError, SENTENCE } from '../../errors.ts'
import { addLeftOut, countLeftOut, type LeftOut } from '../../sources/files/left-out.ts'
import type { OpenFile } from '../../sources/files/open.ts'
import { readRecords, type FilePosition, type FormatName } from '../../sources/files/read.ts'
import type { ConversationImport, RecordImport } from '../../client/work.ts'
import type { ApiClient } from '../client.ts'
import type { Interruption } from '../io.ts'
import { patiently } from '../watch.ts'
import { toBatches, type Batch } from './batches.ts'
import type { Place, Saved, Tally } from './position.ts'

/** One file into the API, batch by batch. */

export interface Refusal {
  readonly where: string
  readonly id?: string
  readonly field: string
  readonly message: string
}

export interface ImportJob {
  readonly file: OpenFile
  readonly format: FormatName
  readonly user: string | undefined
  /** Which speaker is the user. */
  readonly speaker: string | undefined
  readonly source: string | undefined
  readonly lift: boolean
  /** Undefined only reads the file. */
  readonly client: ApiClient | undefined
  readonly start: Saved
  /** Undefined keeps no position. */
  readonly place: Place | undefined
  readonly interrupted: Interruption
  readonly refuse: (refusal: Refusal) => void
  /** Called with the bytes of the file that were handed over. */
  readonly advance: (bytes: number, tally: Tally) => void
}

/** @returns what was imported, and whether Ctrl-C ended it before the end */
export async function runImport(job: ImportJob): Promise<{ tally: Tally; finished: boolean }> {
  const { file, format, user, speaker, start, interrupted } = job
  const tally = { ...start.tally, left_out_reasons: { ...start.tally.left_out_reasons } }
  const leaveOut = (counts: LeftOut) => {
    addLeftOut(tally.left_out_reasons, counts)
    tally.left_out += countLeftOut(counts)
  }
  /** Messages of a conversation that is still coming: counted with its last part, because going on repeats all of them. */
  let held = 0
  const records = readRecords(file, { format, user, speaker, from: start.at })
  for await (const event of toBatches(records, start.at)) {
    if (event.kind === 'empty') tally.empty += 1
    else if (event.kind === 'left') leaveOut(event.leftOut)
    else if (event.kind === 'problem') {
      tally.rejected += 1
      job.refuse({ where: event.where, ...event.problem })
    } else {
      const answer = await post(job, event)
      if (answer === null) return { tally, finished: false }
      if (tally.conversations + held === 0) requireUser(answer, event)
      for (const refusal of answer.refusals) job.refuse(refusal)
      held += answer.messages
      tally.rejected += answer.refusals.length
      tally.records += answer.records
      leaveOut({ known: answer.left_out })
      if (event.partial) continue
      tally.conversations += answer.conversations
      tally.messages += held
      held = 0
      advance(job, event.next, tally)
    }
    if (interrupted.signal.aborted) return { tally, finished: false }
  }
  job.place?.clear()
  return { tally, finished: true }
}

function advance(job: ImportJob, at: FilePosition, tally: Tally): void {
  job.place?.save({ ...job.start, at, tally })
  const before = job.file.members.slice(0, at.member).reduce((sum, { size }) => sum + size, 0)
  job.advance(before + at.offset, tally)
}

interface Posted {
  readonly conversations: number
  readonly messages: number
  readonly records: number
  readonly left_out: number
  readonly refusals: readonly Refusal[]
}

/** @returns null when Ctrl-C came before the answer */
async function post(
  { client, source, lift, start, interrupted }: ImportJob,
  { conversations, records, where }: Batch,
): Promise<Posted | null> {
  if (client === undefined || where.length === 0) {
    const messages = conversations.reduce((sum, each) => sum + each.messages.length, 0)
    const read = { conversations: conversations.length, records: records.length, messages }
    return { ...read, left_out: 0, refusals: [] }
  }
  const lifted = lift ? { lift } : {}
  const body: ConversationImport | RecordImport =
    records.length > 0
      ? { records, ...lifted }
      : { ...(source === undefined ? {} : { source }), conversations, ...lifted }
  const key = createHash('sha256').update(start.run).update(JSON.stringify(body)).digest('hex')
  const answer = await patiently(
    async () => await client.importConversations(body, key),
    interrupted,
  )
  if (answer === null) return null
  const refusals = answer.rejected.map(({ index, field, message }) => {
    const id = conversations[index]?.id ?? idOf(records[index])
    return { where: where[index] ?? '', ...(id === undefined ? {} : { id }), field, message }
  })
  const { rejected: _, ...counts } = answer
  return { ...counts, refusals }
}

function idOf(record: unknown): string | undefined {
  const named = typeof record === 'object' && record !== null && 'id' in record ? record.id : null
  return typeof named === 'string' ? named : undefined
}

const isErased = (message: string) => message === SENTENCE.suppressed_user

/** A whole batch without a user is an export that names none: thousands of the same reason would help nobody. */
function requireUser({ refusals }: Posted, { conversations }: Batch): void {
  const all = conversations.length > 0 && refusals.length === conversations.length
  if (!all || refusals.some(({ field, message }) => field !== 'user_id' || isErased(message)))
    return
  throw new MemoirError('no_user', SENTENCE.no_user, {
    details: { next: 'Say whose conversations these are with --user ID.' },
  })
}
