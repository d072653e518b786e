import { Connection, isGrpcServiceError } from '@temporalio/client'
import { Redis } from 'ioredis'
import type { Client } from 'pg'
import { findingsOf, tokensIn, type Finding } from './finding.ts'
import { tokensInGraph } from './graph.ts'

/** Whether what was forgotten is said anywhere: tables, Redis, Neo4j, and what Temporal keeps of runs. */

export interface Stores {
  readonly postgres: string
  readonly redis: string
  readonly neo4j: string
  /** host:port */
  readonly temporal: string
}

export async function auditForgotten(
  postgres: Client,
  stores: Stores,
  forgotten: readonly string[],
): Promise<Finding[]> {
  const wanted = new Set(forgotten)
  const places = new Map<string, Set<string>>([
    ['Neo4j', await tokensInGraph(stores.neo4j)],
    ['Redis', await tokensInRedis(stores.redis)],
    ['the histories of Temporal', await tokensInHistories(stores.temporal)],
  ])
  for (const table of await tables(postgres)) {
    places.set(table, await tokensInTable(postgres, table))
  }
  const found = [...places].flatMap(([place, tokens]) =>
    [...tokens.intersection(wanted)].map((token) => `${token} in ${place}`),
  )
  return findingsOf('what was forgotten is there', found)
}

/** Memories that Redis names and the record does not have. */
export async function auditRedis(postgres: Client, url: string): Promise<Finding[]> {
  const ids = new Set<string>()
  for (const { key, value } of await readRedis(url)) {
    if (key.includes('focus')) for (const id of value.match(UUID) ?? []) ids.add(id)
  }
  const { rows } = await postgres.query<{ id: string }>(
    `select i.id from unnest($1::uuid[]) as i(id) where not exists (select from memoir.memory_trace t where t.id = i.id)
        and not exists (select from memoir.memory_user u where u.id = i.id) and not exists (select from memoir.entity n where n.id = i.id)`,
    [[...ids]],
  )
  return findingsOf(
    'Redis names a memory that is gone',
    rows.map(({ id }) => id),
  )
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

async function tables(postgres: Client): Promise<string[]> {
  const { rows } = await postgres.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'memoir' and table_type = 'BASE TABLE'`,
  )
  return rows.map(({ name }) => name)
}

/** Every column, whatever its type: bytes are read as letters too. */
async function tokensInTable(postgres: Client, table: string): Promise<Set<string>> {
  const { rows: columns } = await postgres.query<{ name: string }>(
    `select column_name as name from information_schema.columns
      where table_schema = 'memoir' and table_name = $1 and data_type = 'bytea'`,
    [table],
  )
  const bytes = columns
    .map(({ name }) => ` || coalesce(encode(t."${name}", 'escape'), '')`)
    .join('')
  const { rows } = await postgres.query<{ text: string }>(
    `select text from (select t::text${bytes} as text from memoir."${table}" t) r where text ~* 'zq[0-9]'`,
  )
  return new Set(rows.flatMap(({ text }) => tokensIn(text)))
}

const tokensInRedis = async (url: string): Promise<Set<string>> =>
  new Set((await readRedis(url)).flatMap(({ key, value }) => tokensIn(`${key} ${value}`)))

async function readRedis(url: string): Promise<{ key: string; value: string }[]> {
  const redis = new Redis(url)
  try {
    const found: { key: string; value: string }[] = []
    for (const key of await redis.keys('*')) {
      found.push({ key, value: JSON.stringify(await valueOf(redis, key)) })
    }
    return found
  } finally {
    redis.disconnect()
  }
}

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key)
  if (type === 'string') return await redis.get(key)
  if (type === 'list') return await redis.lrange(key, 0, -1)
  if (type === 'set') return await redis.smembers(key)
  if (type === 'zset') return await redis.zrange(key, 0, '-1')
  if (type === 'hash') return await redis.hgetall(key)
  if (type === 'stream') return await redis.xrange(key, '-', '+')
  return null
}

async function tokensInHistories(address: string): Promise<Set<string>> {
  const connection = await Connection.connect({ address })
  const found = new Set<string>()
  try {
    for await (const text of runs(connection)) {
      for (const token of tokensIn(text)) found.add(token)
    }
    return found
  } finally {
    await connection.close()
  }
}

/** What Temporal keeps of every run, open or not. */
async function* runs(connection: Connection): AsyncGenerator<string> {
  let nextPageToken: Uint8Array = new Uint8Array()
  do {
    const page = await connection.workflowService.listWorkflowExecutions({
      namespace: 'default',
      nextPageToken,
    })
    for (const { execution, memo } of page.executions) {
      yield textOf([memo, execution])
      yield* history(connection, execution ?? {})
    }
    nextPageToken = page.nextPageToken
  } while (nextPageToken.length > 0)
}

async function* history(
  { workflowService }: Connection,
  execution: { workflowId?: string | null; runId?: string | null },
): AsyncGenerator<string> {
  let nextPageToken: Uint8Array = new Uint8Array()
  do {
    const page = await workflowService
      .getWorkflowExecutionHistory({ namespace: 'default', execution, nextPageToken })
      .catch(nullWhenGone)
    if (page === null) return
    yield textOf(page.history)
    nextPageToken = page.nextPageToken
  } while (nextPageToken.length > 0)
}

/** An erasure takes histories along, and lists show them a while longer. */
function nullWhenGone(error: unknown): null {
  if (!isGrpcServiceError(error)) throw error
  const code: number = error.code
  if (code === NOT_FOUND) return null
  throw error
}

/** Of gRPC. */
const NOT_FOUND = 5

/** Payloads are bytes: what they hold is read as letters. */
const textOf = (message: unknown): string => JSON.stringify(plain(message)) ?? ''

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? '' : value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]))
}
