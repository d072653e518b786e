import type { Config } from '../config.ts'
import type {
  ConversationHead,
  ConversationSource,
  LoadedConversations,
  SourcePage,
} from '../ingest/conversation.ts'
import type { Database } from '../stores/database.ts'
import {
  countConversations,
  countWithoutId,
  measureSource,
  selectClock,
  selectHeads,
  selectHeadsOf,
  selectKeys,
  selectMessages,
  type HeadRow,
  type PageOf,
} from '../stores/sources/source-tables.ts'
import { openSource } from './open-source.ts'
import { assemble, readHeads, rejected } from './read-conversations.ts'
import { isRowFault } from './source-errors.ts'

/**
 * Conversations in Postgres: another database by `SOURCE_DATABASE_URL`, else Memoir's own tables. Every read runs in a read-only
 * transaction of one snapshot. A row that the database itself cannot read is found by halves and rejected; the others are read.
 */
export function createPostgresSource(
  config: Config,
  own: Database | undefined,
  onIdleError: (error: Error) => void,
): ConversationSource {
  const opened = openSource(config, own, onIdleError)
  const { db, read, forgetTables } = opened
  const count = async (since: Date | null) =>
    await read(async (tx, tables) => await countConversations(tx, tables, since))
  return {
    name: config.SOURCE_NAME,
    namespace: config.SOURCE_NAMESPACE,
    count: async (since) =>
      await count(since ?? null).catch(async (error: unknown) => {
        if (since === undefined || !isRowFault(error)) throw error
        return await count(null)
      }),
    withoutId: async (limit) =>
      await read(async (tx, tables) => await countWithoutId(tx, tables, limit)),
    clock: async () => await read(async (tx) => await selectClock(tx)),
    changedSince: async (since, after, limit) => await readPage(opened, { since, after, limit }),
    measure: async () => await read(async (tx, tables) => await measureSource(tx, tables)),
    headsAfter: async (after, limit) => await readPage(opened, { since: null, after, limit }),
    headsOf: async (ids) => await readHeadsOf(opened, ids),
    load: async (heads) => await load(opened, heads),
    check: async () => {
      forgetTables()
      await read(async (tx, tables) => {
        await selectHeads(tx, tables, { after: null, limit: 0, since: null })
        await selectMessages(tx, tables, [])
      })
    },
    close: async () => {
      if (db !== own) await db.close()
    },
  }
}

type Opened = ReturnType<typeof openSource>

async function readPage(opened: Opened, wanted: PageOf): Promise<SourcePage> {
  const { read, reading } = opened
  try {
    const rows = await read(async (tx, tables) => await selectHeads(tx, tables, wanted))
    return { ...readHeads(rows, await reading()), next: nextOf(distinctIds(rows), wanted) }
  } catch (error) {
    if (!isRowFault(error)) throw error
  }
  // Which of them changed may be what cannot be told.
  const all = { ...wanted, since: null }
  const keys = await read(async (tx, tables) => await selectKeys(tx, tables, all))
  return { ...(await readHeadsOf(opened, keys)), next: nextOf(keys, wanted) }
}

async function readHeadsOf({ read, reading }: Opened, ids: readonly string[]): Promise<Heads> {
  const { results, failed } = await apart(ids, async (some) => {
    const rows = await read(async (tx, tables) => await selectHeadsOf(tx, tables, some))
    return readHeads(rows, await reading())
  })
  return {
    heads: results.flatMap(({ heads }) => heads),
    rejected: [
      ...results.flatMap((each) => each.rejected),
      ...failed.map((id) => rejected(id, 'source_row_invalid')),
    ],
  }
}

async function load(
  { read, reading }: Opened,
  heads: readonly ConversationHead[],
): Promise<LoadedConversations> {
  const { results, failed } = await apart(heads, async (some) => {
    const ids = some.map(({ id }) => id)
    const rows = await read(async (tx, tables) => await selectMessages(tx, tables, ids))
    return assemble(some, rows, await reading())
  })
  return {
    conversations: results.flatMap(({ conversations }) => conversations),
    rejected: [
      ...results.flatMap((each) => each.rejected),
      ...failed.map(({ id }) => rejected(id, 'source_row_invalid')),
    ],
  }
}

type Heads = Omit<SourcePage, 'next'>

const distinctIds = (rows: readonly HeadRow[]) => [...new Set(rows.map(({ id }) => id))]

const nextOf = (ids: readonly string[], { limit }: PageOf) =>
  ids.length < limit ? null : (ids.at(-1) ?? null)

/** All at once; where that fails for a row, half of them and the other half, down to the one that it fails for. */
async function apart<Item, Result>(
  items: readonly Item[],
  work: (some: readonly Item[]) => Promise<Result>,
): Promise<{ results: Result[]; failed: Item[] }> {
  if (items.length === 0) return { results: [], failed: [] }
  try {
    return { results: [await work(items)], failed: [] }
  } catch (error) {
    if (!isRowFault(error)) throw error
    if (items.length === 1) return { results: [], failed: [...items] }
  }
  const half = Math.ceil(items.length / 2)
  const [first, second] = [
    await apart(items.slice(0, half), work),
    await apart(items.slice(half), work),
  ]
  return {
    results: [...first.results, ...second.results],
    failed: [...first.failed, ...second.failed],
  }
}
