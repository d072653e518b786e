import { randomUUID } from 'node:crypto'
import { inject, expect, test } from 'vitest'
import { run } from '../../src/cli.ts'
import { acceptSession } from '../../src/sessions/accept.ts'
import { parseTranscript } from '../../src/sessions/transcript.ts'
import { createTerminal } from '../cli/terminal.ts'
import { createTestDatabase, hasPostgres, hasTemporal } from '../support/database.ts'
import { defaultNamespace } from '../support/ingest.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

suite(
  'worker --once processes what was posted while nobody worked, in order, and leaves',
  async () => {
    await using store = await createTestDatabase()
    const namespaceId = await defaultNamespace(store.db)
    const said = ['I live in Berlin.', 'I am allergic to peanuts.', 'My sister Anna lives in Rome.']
    for (const count of [1, 2, 3]) {
      const text = said
        .slice(0, count)
        .map((line) => `User: ${line}`)
        .join('\n')
      await acceptSession(
        // As when Temporal is away.
        { db: store.db, launcher: { launch: () => undefined } },
        {
          namespaceId,
          userId: 'ann',
          collection: '',
          sessionId: 's1',
          turns: parseTranscript(text),
          metadata: {},
        },
      )
    }
    const terminal = createTerminal({
      env: {
        DATABASE_URL: store.url,
        TEMPORAL_ADDRESS: inject('temporalAddress'),
        TEMPORAL_TASK_QUEUE: `memoir-${randomUUID()}`,
        EMBEDDING_DIM: '64',
        LOG_LEVEL: 'fatal',
      },
    })

    expect(await run(['worker', '--once'], terminal)).toBe(0)

    const { rows } = await store.db.query(
      `select array_agg(status order by number) as states, array_agg(first_new order by number) as begins,
            array_agg(number order by processed_at) as order from memoir.raw_session`,
    )
    expect(rows).toEqual([
      { states: ['processed', 'processed', 'processed'], begins: [0, 1, 2], order: [1, 2, 3] },
    ])
  },
)
