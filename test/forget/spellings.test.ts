import { beforeAll, describe, expect, test, vi } from 'vitest'
import { retireOnce } from '../../src/memories/retire.ts'
import { createMemoriesFixture, type MemoriesFixture } from '../memories/memories-fixture.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { findText } from '../support/find-text.ts'
import { cypher, hasNeo4j, openNeo4j, sharedNeo4j } from '../support/neo4j.ts'

/** A name is written in several ways; each way goes with the last memory that gave it. */

const LONG = 'Mr. Quokka Smith'
const SHORT = 'quokka smith'
const OTHER = 'Quokka  Smith'

describe.skipIf(!hasPostgres || !hasTemporal || !hasNeo4j)('a spelling that is forgotten', () => {
  let neo4jUrl = ''
  beforeAll(async () => {
    neo4jUrl = await sharedNeo4j()
  }, 180_000)

  const createWorld = async () => {
    const memoir = await createMemoriesFixture({ GRAPH_BACKEND: 'neo4j', NEO4J_URI: neo4jUrl })
    await memoir.memoir.worker.ready
    const remember = async (value: string, content: string) =>
      await memoir.remember(content, { entities: [{ type: 'person', value }] })
    return Object.assign(memoir, { called: remember })
  }

  test('goes though others still name the thing, and the graph calls it as they do', async () => {
    await using memoir = await createWorld()
    const long = await memoir.called(LONG, 'He came by train.')
    const short = await memoir.called(SHORT, 'He slept.')
    const again = await memoir.called(SHORT, 'He left.')
    expect(await spelled(memoir)).toEqual([{ value: LONG, aliases: [SHORT] }])
    await inGraph(memoir, neo4jUrl, LONG)

    await forget(memoir, long)
    expect(await spelled(memoir)).toEqual([{ value: SHORT, aliases: [] }])
    expect(await findText(memoir.db, LONG)).toEqual([])
    await inGraph(memoir, neo4jUrl, SHORT)
    await forget(memoir, again)
    expect(await spelled(memoir)).toEqual([{ value: SHORT, aliases: [] }])
    await forget(memoir, short)
    expect(await spelled(memoir)).toEqual([])
  }, 120_000)

  test('stays while a memory gives it, and leaves alone how the thing is called', async () => {
    await using memoir = await createWorld()
    await memoir.called(LONG, 'He came by train.')
    const short = await memoir.called(SHORT, 'He slept.')
    await memoir.called(OTHER, 'He ate.')
    await forget(memoir, short)
    expect(await spelled(memoir)).toEqual([{ value: LONG, aliases: [OTHER] }])
  }, 120_000)

  test('goes too when it was what a memory said before it was changed', async () => {
    await using memoir = await createWorld()
    const id = await memoir.called(LONG, 'He came by train.')
    const body = { content: 'He came by bus.', entities: [{ type: 'person', value: SHORT }] }
    await memoir.send(`/v1/memories/${id}`, {
      method: 'PATCH',
      body,
      headers: { prefer: 'wait=30' },
    })
    const other = await memoir.called(OTHER, 'He ate.')
    await forget(memoir, other)
    expect(await spelled(memoir)).toEqual([{ value: SHORT, aliases: [] }])
  }, 120_000)

  test('of before spellings were noted is told by the texts, and without any by the name all share', async () => {
    await using memoir = await createWorld()
    const long = await memoir.called(LONG, 'He came by train.')
    await memoir.called(SHORT, 'The QUOKKA SMITH slept.')
    await memoir.called('Wombat', 'He hid.')
    await memoir.db.query('update memoir.memory_edge set spelling = null')
    await forget(memoir, long)
    const wombat = { value: 'Wombat', aliases: [] }
    expect(await spelled(memoir)).toEqual([wombat, { value: SHORT, aliases: [] }])

    const third = await memoir.called(LONG, 'He ate.')
    await memoir.db.query(
      `update memoir.memory_trace set content = 'He slept.' where content like '%QUOKKA%'`,
    )
    await forget(memoir, third)
    expect(await spelled(memoir)).toEqual([wombat, { value: SHORT, aliases: [] }])
  }, 120_000)

  test('goes with a memory that was deleted long ago as well', async () => {
    await using memoir = await createWorld()
    const long = await memoir.called(LONG, 'He came by train.')
    await memoir.called(SHORT, 'He slept.')
    await memoir.send(`/v1/memories/${long}`, { method: 'DELETE', headers: { prefer: 'wait=30' } })
    expect(await spelled(memoir)).toEqual([{ value: LONG, aliases: [SHORT] }])
    await memoir.db.query(
      `update memoir.memory_trace set updated_at = now() - interval '400 days', deleted_at = now() - interval '400 days' where id = $1`,
      [long],
    )
    expect((await retireOnce(memoir.db)).purged).toBe(1)
    expect(await spelled(memoir)).toEqual([{ value: SHORT, aliases: [] }])
  }, 120_000)
})

async function spelled({ db }: MemoriesFixture): Promise<unknown[]> {
  const { rows } = await db.query('select value, aliases from memoir.entity order by value')
  return rows
}

async function forget({ send }: MemoriesFixture, id: string): Promise<void> {
  const { status } = await send('/v1/forget', { body: { id } })
  expect(status).toBe(200)
}

async function inGraph({ db }: MemoriesFixture, url: string, value: string): Promise<void> {
  const { rows } = await db.query<{ id: string }>('select id from memoir.entity')
  const driver = openNeo4j(url)
  try {
    await vi.waitFor(async () => {
      const nodes = await cypher(driver, 'match (e:Entity { id: $id }) return e.value as value', {
        id: rows[0]?.id,
      })
      expect(nodes).toEqual([{ value }])
    }, 30_000)
  } finally {
    await driver.close()
  }
}
