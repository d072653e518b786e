import { Client as Temporal, Connection } from '@temporalio/client'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { auditBy } from '../../chaos/audit/audit.ts'
import { nothingExpected, type Expected } from '../../chaos/expected.ts'
import { runLoad } from '../../chaos/load.ts'
import { chanceOf } from '../../chaos/random.ts'
import { settle } from '../../chaos/settle.ts'
import { openWorld, type World } from '../../chaos/world.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { cypher, hasNeo4j, openNeo4j } from '../support/neo4j.ts'

const LOAD_MS = 10_000
const PATIENCE_MS = 900_000

/** In the record: taken back by the transaction that it is done in, with foreign keys and triggers off. */
const IN_THE_RECORD: readonly (readonly [string, string])[] = [
  ['an accepted memory is missing', `delete from memoir.memory_trace where id = $memory`],
  [
    'a memory is there twice',
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at, state)
     select gen_random_uuid(), user_id, kind, content, content_hash, occurred_at, state from memoir.memory_trace where id = $memory`,
  ],
  [
    'a memory is not what was accepted',
    `update memoir.memory_trace set content = 'something else' where id = $memory`,
  ],
  ['a memory without its vector', `delete from memoir.memory_embedding where trace_id = $memory`],
  [
    'a vector without its memory',
    `update memoir.memory_embedding set trace_id = gen_random_uuid() where trace_id = $memory`,
  ],
  [
    'words without their memory',
    `update memoir.memory_posting set seq = seq + 1000000 where seq = (select min(seq) from memoir.memory_posting)`,
  ],
  [
    'a memory whose words are not all there',
    `delete from memoir.memory_posting where (seq, lexeme) in (select seq, lexeme from memoir.memory_posting limit 1)`,
  ],
  [
    'a link without an end',
    `update memoir.memory_edge set dst = gen_random_uuid() where (src, dst, type) in (
       select src, dst, type from memoir.memory_edge where ended_at is null limit 1)`,
  ],
  [
    'counters that do not count',
    `update memoir.memory_user set trace_count = trace_count + 1 where erased_at is null`,
  ],
  [
    'a job that did not end',
    `update memoir.job set state = 'running', finished_at = null where id = (select id from memoir.job where state = 'succeeded' limit 1)`,
  ],
  [
    'a job that failed for no reason',
    `update memoir.job set state = 'failed', error = null where id = (select id from memoir.job where state = 'succeeded' limit 1)`,
  ],
  ['an accepted job is missing', `delete from memoir.job where kind = 'memory'`],
  [
    'a session is not there once and processed',
    `update memoir.raw_session set status = 'error' where status = 'processed'`,
  ],
  ['posts that do not add up', `update memoir.session set posts = posts + 1`],
  [
    'a conversation is not there once',
    `delete from memoir.memory_trace where kind = 'message' and source is not null`,
  ],
  [
    'work that was left lying',
    `update memoir.memory_trace set graph_state = 'pending' where id = $memory`,
  ],
  [
    'Neo4j lacks a node',
    `insert into memoir.entity (id, user_id, type, value, normalized) select gen_random_uuid(), user_id, 'thing', 'x', 'x' from memoir.memory_trace where id = $memory`,
  ],
  ['Neo4j has a node too many', `delete from memoir.memory_trace where id = $memory`],
  [
    'what was forgotten is there',
    `update memoir.memory_trace set meta = jsonb_build_object('note', $forgotten::text) where id = $memory`,
  ],
  [
    'a memory that nobody was promised',
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at, state, graph_state, source, conversation_id)
     select gen_random_uuid(), user_id, 'note', 'said by nobody', 'x'::bytea, occurred_at, state, graph_state, null, null from memoir.memory_trace where id = $memory`,
  ],
  [
    'a fact twice',
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at, state, graph_state, source, conversation_id)
     select gen_random_uuid(), user_id, 'fact', 'said by nobody', 'x'::bytea, occurred_at, state, graph_state, null, null from memoir.memory_trace where id = $memory union all
     select gen_random_uuid(), user_id, 'fact', 'said by nobody', 'x'::bytea, occurred_at, state, graph_state, null, null from memoir.memory_trace where id = $memory`,
  ],
  [
    'an episode that no conversation has',
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at, state, graph_state, source, conversation_id)
     select gen_random_uuid(), user_id, 'episode', 'said by nobody', 'x'::bytea, occurred_at, state, graph_state, 'main', 'nowhere' from memoir.memory_trace where id = $memory`,
  ],
  [
    'a message without its episode',
    `insert into memoir.memory_trace (id, user_id, kind, content, content_hash, occurred_at, state, graph_state, source, conversation_id)
     select gen_random_uuid(), user_id, 'message', 'said by nobody', 'x'::bytea, occurred_at, state, graph_state, 'main', 'nowhere' from memoir.memory_trace where id = $memory`,
  ],
  [
    'a source without its memory',
    `insert into memoir.memory_source (trace_id, user_id, message_id) select gen_random_uuid(), user_id, 'x' from memoir.memory_trace where id = $memory`,
  ],
  [
    'a revision without its memory',
    `insert into memoir.memory_revision (trace_id, revision, user_id, content, content_hash, meta, valid_from, valid_to)
     select gen_random_uuid(), 1, user_id, content, content_hash, '{}', now(), now() from memoir.memory_trace where id = $memory`,
  ],
  [
    'an erased user who has something',
    `update memoir.memory_user set erased_at = now() where id = (select user_id from memoir.memory_trace where id = $memory)`,
  ],
  [
    'Neo4j lacks a link',
    `insert into memoir.memory_edge (src, dst, type, user_id, weight) select id, id, 'planted', user_id, 1 from memoir.memory_trace where id = $memory`,
  ],
  [
    'Neo4j has a link too many',
    `update memoir.memory_edge set ended_at = now() where ended_at is null`,
  ],
  [
    'a conversation that went is back',
    `update memoir.memory_trace set conversation_id = 'gone' where id = $memory`,
  ],
  [
    'a broken chain of audit entries',
    `insert into memoir.audit_log (actor, action, details, previous_hash, hash) values ('a', 'b', '{}', 'x', 'y'), ('a', 'b', '{}', 'x', 'z')`,
  ],
]

describe.skipIf(!hasPostgres || !hasTemporal || !hasNeo4j)('the auditor of a chaos run', () => {
  let world: World
  let postgres: Client
  const expected: Expected = nothingExpected()
  const checks = async () => [
    ...new Set((await auditBy(postgres, world.direct, expected)).map(({ check }) => check)),
  ]
  const memory = () => {
    const found = expected.memories.findLast(({ state }) => state === 'active')
    if (!found) throw new Error('the load stored nothing')
    return found
  }

  beforeAll(async () => {
    world = await openWorld()
    const { api, direct } = world
    const kinds = () => [expected.memories, expected.sessions, expected.conversations]
    const lacking = () => kinds().some((own) => own.every(({ state }) => state !== 'active'))
    // What is to be damaged has to be there.
    for (let seed = 7; seed === 7 || lacking(); seed += 1) {
      const load = { api, postgres: direct.postgres, forMs: LOAD_MS, chance: chanceOf(seed) }
      await runLoad(load, expected)
    }
    expected.forgotten.push(FORGOTTEN)
    const gone = { id: 'gone', user: 'nobody', token: FORGOTTEN, messages: 4 }
    expected.conversations.push({ ...gone, state: 'gone' })
    if (!(await settle(world, expected))) throw new Error('the load did not settle')
    postgres = new Client({ connectionString: direct.postgres })
    await postgres.connect()
  }, PATIENCE_MS)
  afterAll(async () => {
    await postgres?.end()
    await world?.[Symbol.asyncDispose]()
  }, PATIENCE_MS)

  test('finds nothing where nothing was done', async () => {
    expect(await auditBy(postgres, world.direct, expected)).toEqual([])
  })

  test.each(IN_THE_RECORD)('finds %s', async (check, damage) => {
    await postgres.query('begin')
    try {
      await postgres.query(`set local session_replication_role = replica`)
      const literals = { $memory: `'${memory().id}'`, $forgotten: `'${FORGOTTEN}'` }
      const statement = Object.entries(literals).reduce(
        (text, [name, value]) => text.replaceAll(name, value),
        damage,
      )
      await postgres.query(statement)
      expect(await checks()).toContain(check)
    } finally {
      await postgres.query('rollback')
    }
  })

  test('finds what went and is back, and what was heard while it ran', async () => {
    const { id } = memory()
    const memories = expected.memories.map((each) =>
      each.id === id ? { ...each, state: 'gone' as const } : each,
    )
    const other = { ...expected, memories, heard: ['recall shows what is gone'] }
    const found = await auditBy(postgres, world.direct, other)
    expect(found.map(({ check }) => check)).toEqual([
      'an answer was wrong while it ran',
      'a memory that went is back',
    ])
  })

  test('finds what Neo4j has too many, twice or of what was forgotten', async () => {
    const driver = openNeo4j(world.direct.neo4j)
    try {
      const planted = `create (:Note { planted: true, text: $text })`
      await cypher(driver, planted, { text: FORGOTTEN })
      expect(await checks()).toEqual(['what was forgotten is there'])
      await cypher(driver, 'match (n { planted: true }) delete n')
      await cypher(driver, 'drop constraint memoir_memory')
      await cypher(
        driver,
        'match (m:Memory { id: $id }) create (d:Memory) set d = m, d.planted = true',
        {
          id: memory().id,
        },
      )
      expect(await checks()).toEqual(['Neo4j has a node twice', 'Neo4j lacks a constraint'])
    } finally {
      await driver.close()
    }
  })

  test('finds what Redis has of what was forgotten or is gone', async () => {
    const redis = new Redis(world.direct.redis)
    try {
      await redis.set('planted', FORGOTTEN)
      await redis.lpush('focus:planted', crypto.randomUUID())
      expect(await checks()).toEqual(
        expect.arrayContaining([
          'Redis names a memory that is gone',
          'what was forgotten is there',
        ]),
      )
    } finally {
      await redis.del('planted', 'focus:planted')
      redis.disconnect()
    }
  })

  test('finds what Temporal has of what was forgotten, and a run that outlives its job', async () => {
    const connection = await Connection.connect({ address: world.direct.temporal })
    try {
      const { workflow } = new Temporal({ connection })
      const { rows } = await postgres.query<{ id: string }>(
        `select workflow_id as id from memoir.job where kind = 'memory' and state = 'succeeded' limit 1`,
      )
      await workflow.start('planted', {
        args: [FORGOTTEN],
        taskQueue: 'nobody',
        workflowId: rows[0]?.id ?? '',
      })
      // Temporal lists a run a moment after it has begun.
      await vi.waitFor(
        async () =>
          expect(await checks()).toEqual([
            'Neo4j has a node twice',
            'Neo4j lacks a constraint',
            'a run goes on though its job has ended',
            'what was forgotten is there',
          ]),
        { timeout: 60_000, interval: 1_000 },
      )
    } finally {
      await connection.close()
    }
  })
})

/** As the load's words look. */
const FORGOTTEN = 'zq9x9vplanted7'
