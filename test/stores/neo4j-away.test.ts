import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openProxy } from '../../chaos/proxy.ts'
import { MemoirError } from '../../src/errors.ts'
import { openNeo4j } from '../../src/stores/graph/neo4j-connection.ts'
import { hasNeo4j, sharedNeo4j } from '../support/neo4j.ts'

/** More than the driver keeps connections. */
const AT_ONCE = 150
/** Longer than any of them waits for a connection. */
const WAITED_MS = 6_000

test.skipIf(!hasNeo4j)(
  'whoever finds no connection while Neo4j is away was refused nothing: waiting helps',
  { timeout: 240_000 },
  async () => {
    const proxy = await openProxy(Number(new URL(await sharedNeo4j()).port))
    const uri = `bolt://127.0.0.1:${proxy.port}`
    const neo4j = openNeo4j({ uri, user: 'neo4j', database: 'neo4j' })
    await neo4j.read(async (tx) => await tx.run('return 1'))
    proxy.cut()
    const codes = new Set<string>()
    const reads = Array.from({ length: AT_ONCE }, async () => {
      await neo4j
        .read(async (tx) => await tx.run('return 1'))
        .catch((error: unknown) => {
          codes.add(error instanceof MemoirError ? error.code : String(error))
        })
    })
    await sleep(WAITED_MS)
    proxy.mend()
    await Promise.all(reads)
    expect([...codes]).toEqual(['graph_unavailable'])
    await neo4j.close()
    await proxy.close()
  },
)
