import { SENTENCE } from '../errors.ts'
import {
  keysOf,
  liftForgotten,
  liftSuppression,
  suppressedAmong,
  type Item,
} from '../forget/remembered.ts'
import { factId } from '../facts/draft.ts'
import { insertMemoryJob, newJobId, openVector, type AcceptContext } from '../memories/accept.ts'
import { appendAudit } from '../stores/audit.ts'
import type { BeforeCommit, Queryable } from '../stores/database.ts'
import type { JobRow } from '../stores/jobs/jobs.ts'
import { lockUserByName } from '../stores/memory-users.ts'
import type { WrittenMemory } from '../stores/memories/memory-writes.ts'
import { importMemories } from './import-memories.ts'
import { takeLinks, takeNarrative, takeRelations } from './import-links.ts'
import { takeRevisions, takeSources } from './import-hanging.ts'
import { importPost, importSession, importTurns } from './import-sessions.ts'
import { refusal, type Importing, type Refusal } from './importing.ts'
import type { ImportedRecord, MemoryRecord } from './records.ts'

/** Records of one user out of a file, in one transaction, in the order of the file. */

export interface RecordImport {
  readonly namespaceId: string
  /** The caller's own id of the user. */
  readonly name: string
  readonly records: readonly ImportedRecord[]
  /** Takes back that the user was erased and that these words were forgotten; an administrator's to ask. */
  readonly lift: boolean
  /** Who asks, for the audit log. */
  readonly actor: string
}

/** By the place in the list: taken, left out because it is known or made again, or refused. */
export type Outcome = 'taken' | 'left' | Refusal

/** What was erased stays erased, and what was forgotten forgotten: only a lift takes that back. */
export async function importRecords(
  context: AcceptContext,
  request: RecordImport,
  beforeCommit?: BeforeCommit<readonly Outcome[]>,
): Promise<Outcome[]> {
  const { outcomes, row } = await context.db.transaction(async (tx) => {
    const done = await importLocked(tx, context, request)
    await beforeCommit?.(tx, done.outcomes)
    return done
  })
  if (row !== null) context.launch(row)
  return outcomes
}

interface Done {
  readonly outcomes: Outcome[]
  readonly row: JobRow | null
}

async function importLocked(
  tx: Queryable,
  context: AcceptContext,
  request: RecordImport,
): Promise<Done> {
  const { namespaceId, name, records, lift } = request
  const secret = context.config.MEMOIR_ENCRYPTION_KEY
  const of = { namespaceId, secret }
  const suppressed = !lift && (await suppressedAmong(tx, of, [name])).has(name)
  const userId = suppressed ? null : await lockUserByName(tx, { namespaceId, externalId: name })
  if (userId === null) {
    const gone = refusal('user_id', SENTENCE.suppressed_user)
    return { outcomes: records.map(() => gone), row: null }
  }
  const importing = { namespaceId, userId, secret }
  if (lift) await liftAll(tx, importing, request)
  const fresh: WrittenMemory[] = []
  const outcomes: Outcome[] = []
  for (const group of runs(records)) {
    outcomes.push(...(await importGroup(tx, { context, importing, fresh }, group)))
  }
  const row = await followUp(tx, context, { importing, fresh })
  if (lift) await noteLift(tx, { ...request, userId })
  return { outcomes, row }
}

/** Comes last in its transaction. */
export async function noteLift(
  tx: Queryable,
  { namespaceId, actor, userId }: { namespaceId: string; actor: string; userId: string | null },
): Promise<void> {
  const action = 'forgotten.lift'
  await appendAudit(tx, { namespaceId, actor, action, subject: userId, details: {} })
}

async function liftAll(
  tx: Queryable,
  importing: Importing,
  { name, records }: RecordImport,
): Promise<void> {
  const of = { namespaceId: importing.namespaceId, keys: await keysOf(tx, importing.secret) }
  await liftSuppression(tx, of, name)
  await liftForgotten(
    tx,
    of,
    records.flatMap((record) => itemsOf(importing, record)),
  )
}

/** What a record says, as it may have been forgotten. */
function itemsOf({ userId }: Importing, record: ImportedRecord): Item[] {
  const said =
    record.type === 'memory'
      ? [record.content]
      : record.type === 'turns'
        ? record.turns.map(({ content }) => content)
        : []
  return said.flatMap((content): Item[] => [
    { kind: 'content', userId, content },
    { kind: 'trace', id: factId(userId, content) },
    ...(record.type === 'memory' ? [{ kind: 'trace' as const, id: record.id }] : []),
  ])
}

/** Neighbours of one type: memories, revisions and sources are written many at once. */
function runs(records: readonly ImportedRecord[]): ImportedRecord[][] {
  const groups: ImportedRecord[][] = []
  for (const record of records) {
    const last = groups.at(-1)
    if (last?.[0]?.type === record.type) last.push(record)
    else groups.push([record])
  }
  return groups
}

interface Running {
  readonly context: AcceptContext
  readonly importing: Importing
  readonly fresh: WrittenMemory[]
}

const outcomeOf = (done: boolean | Refusal): Outcome =>
  typeof done === 'boolean' ? (done ? 'taken' : 'left') : done

async function importGroup(
  tx: Queryable,
  running: Running,
  group: readonly ImportedRecord[],
): Promise<Outcome[]> {
  const open = group.filter((record) => !isLeft(record))
  const done = await importOpen(tx, running, open)
  const outcomes = new Map(open.map((record, at) => [record, done[at] ?? false]))
  return group.map((record) => outcomeOf(outcomes.get(record) ?? false))
}

/** Made again of others, out of sight already, or of a state that nobody brings along. */
function isLeft(record: ImportedRecord): boolean {
  if (record.derived) return true
  if (record.type !== 'memory') return false
  const { state, kind, expires_at: expires } = record
  return state === 'deleted' || kind === 'episode' || (expires !== null && isPast(expires))
}

const isPast = (time: string) => Date.parse(time) <= Date.now()

async function importOpen(
  tx: Queryable,
  running: Running,
  open: readonly ImportedRecord[],
): Promise<(boolean | Refusal)[]> {
  const { importing } = running
  const [first] = open
  switch (first?.type) {
    case 'memory':
      return await takeMemories(tx, running, ofType(open, 'memory'))
    case 'revision':
      return await takeRevisions(tx, importing, ofType(open, 'revision'))
    case 'source':
      return await takeSources(tx, importing, ofType(open, 'source'))
    case 'link':
      return await takeLinks(tx, importing, ofType(open, 'link'))
    case 'entity':
      return await takeRelations(tx, importing, ofType(open, 'entity'))
    case 'narrative':
      return await inOrder(ofType(open, 'narrative'), async (one) => {
        return await takeNarrative(tx, importing, one)
      })
    case 'session':
      return await inOrder(ofType(open, 'session'), async (one) => {
        return await importSession(tx, importing, one)
      })
    case 'post':
      return await inOrder(ofType(open, 'post'), async (one) => {
        return await importPost(tx, importing, one)
      })
    case 'turns':
      return await inOrder(ofType(open, 'turns'), async (one) => {
        return await importTurns(tx, importing, one)
      })
    case 'export':
    case 'end':
    case undefined:
      return open.map(() => false)
  }
}

function ofType<Type extends ImportedRecord['type']>(
  records: readonly ImportedRecord[],
  type: Type,
): Extract<ImportedRecord, { type: Type }>[] {
  return records.filter(
    (record): record is Extract<ImportedRecord, { type: Type }> => record.type === type,
  )
}

async function inOrder<One>(
  records: readonly One[],
  take: (one: One) => Promise<boolean | Refusal>,
): Promise<(boolean | Refusal)[]> {
  const done: (boolean | Refusal)[] = []
  for (const record of records) done.push(await take(record))
  return done
}

async function takeMemories(
  tx: Queryable,
  { context: { config }, importing, fresh }: Running,
  records: readonly MemoryRecord[],
): Promise<(boolean | Refusal)[]> {
  const { MEMORY_LANGUAGE: language, MEMORY_SALIENCE_WRITE_THRESHOLD: minSalience } = config
  const of = { importing, language, minSalience, vectorState: openVector(config) }
  const { outcomes, fresh: added } = await importMemories(tx, of, records)
  fresh.push(...added)
  return [...outcomes]
}

/** As what comes back: nothing is looked for in the texts, and nothing taken back when another store fails. */
async function followUp(
  tx: Queryable,
  context: AcceptContext,
  { importing, fresh }: Pick<Running, 'importing' | 'fresh'>,
): Promise<JobRow | null> {
  if (fresh.length === 0) return null
  const { namespaceId, userId } = importing
  return await insertMemoryJob(tx, context, {
    id: newJobId(),
    job: {
      namespaceId,
      userId,
      operation: 'restore',
      extract: false,
      memories: fresh.map(({ id, revision }) => ({ id, revision, before: null })),
      writes: [],
    },
  })
}
