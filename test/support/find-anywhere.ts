import { Redis } from 'ioredis'
import { inject } from 'vitest'
import type { TemporalClient } from '../../src/temporal/client.ts'
import type { Database } from '../../src/stores/database.ts'
import { findText } from './find-text.ts'
import { readHistories } from './history-audit.ts'
import { cypher, openNeo4j } from './neo4j.ts'

/** Every place that holds a word, in any store: searched by what is there, not by what is known to hold texts. */

export interface Everywhere {
  readonly db: Database
  readonly temporal: TemporalClient
  readonly taskQueue: string
  readonly neo4jUrl: string
}

export async function findAnywhere(
  { db, temporal, taskQueue, neo4jUrl }: Everywhere,
  word: string,
): Promise<string[]> {
  const histories = await readHistories(temporal, `TaskQueue = "${taskQueue}"`)
  return [
    ...(await findText(db, word)),
    ...(await findInGraph(neo4jUrl, word)),
    ...(await findInRedis(word)),
    ...histories.filter(({ text }) => has(text, word)).map(({ workflowId }) => workflowId),
  ]
}

const has = (text: string, word: string): boolean => text.toLowerCase().includes(word.toLowerCase())

async function findInGraph(url: string, word: string): Promise<string[]> {
  const driver = openNeo4j(url)
  try {
    const rows = await cypher(
      driver,
      `match (n) where any(key in keys(n) where toLower(toString(n[key])) contains $word)
       return labels(n)[0] as what
       union all
       match ()-[r]->() where toLower(type(r)) contains $word
         or any(key in keys(r) where toLower(toString(r[key])) contains $word)
       return type(r) as what`,
      { word: word.toLowerCase() },
    )
    return rows.map(({ what }) => `neo4j ${String(what)}`)
  } finally {
    await driver.close()
  }
}

async function findInRedis(word: string): Promise<string[]> {
  const redis = new Redis(inject('redisUrl'))
  try {
    const found: string[] = []
    for (const key of await redis.keys('*')) {
      const value = JSON.stringify(await redisValue(redis, key))
      if (has(key, word) || has(value, word)) found.push(`redis ${key}`)
    }
    return found
  } finally {
    redis.disconnect()
  }
}

async function redisValue(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key)
  if (type === 'string') return await redis.get(key)
  if (type === 'list') return await redis.lrange(key, 0, -1)
  if (type === 'set') return await redis.smembers(key)
  if (type === 'zset') return await redis.zrange(key, 0, '-1')
  if (type === 'hash') return await redis.hgetall(key)
  // Gone since it was listed.
  if (type === 'none') return null
  throw new Error(`nobody looks into a ${type}`)
}
