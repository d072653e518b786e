import { expect, test } from 'vitest'
import { startFakeApi } from './fake-api.ts'
import { memoir } from './terminal.ts'

const PATH = '/v1/migrations/episodes'
const ID = '0199a7b0-0000-7000-8000-000000000002'
const preview = {
  total: 1203,
  users: 7,
  without_user: 3,
  empty: 0,
  too_large: 0,
  sample: [
    {
      episode_id: '1',
      id: ID,
      user_id: 'ann',
      content: 'Ann\u001b[31m met Maria in Graz',
      occurred_at: '2026-01-02T10:00:00.000Z',
      session_id: null,
      entities: ['Maria', 'Graz'],
    },
  ],
}
const job = {
  id: ID,
  kind: 'episodes',
  state: 'succeeded',
  attempts: 1,
  progress: {
    processed: 1203,
    created: 1200,
    updated: 0,
    skipped: 0,
    errors: 3,
    total: 1203,
    mentions: 2000,
    edges: 1193,
  },
}
const PREVIEW = '1203 episodes of 7 users (left out: 3 of nobody).\n'

test('a dry run counts, shows how rows would look, and starts nothing', async () => {
  await using api = await startFakeApi({ [`POST ${PATH}`]: { body: preview } })
  const argv = ['migrate-episodes', '--dry-run', '--sample', '1']
  const { code, out } = await memoir(argv, { url: api.url })
  expect([code, out]).toEqual([
    0,
    `${PREVIEW}EPISODE  USER  AT          NAMES        CONTENT\n1        ann   2026-01-02  Maria, Graz  Ann [31m met Maria in Graz\n`,
  ])
  expect(api.asked.map(({ body }) => body)).toEqual([{ dry_run: true, sample: 1 }])
})

test('it asks for the chosen heads, follows the job and says what became of the rows', async () => {
  await using api = await startFakeApi({
    [`POST ${PATH}`]: [
      { body: { ...preview, sample: [] } },
      { status: 202, body: { id: ID, job: ID, status: 'queued' } },
    ],
    [`GET /v1/jobs/${ID}`]: { body: job },
  })
  const argv = ['migrate-episodes', '--heads', 'entity,semantic', '--limit', '2000']
  const { code, out } = await memoir(argv, { url: api.url })
  expect([code, out]).toEqual([
    0,
    `${PREVIEW}1203 episodes: 1200 created, 0 updated, 0 skipped, 3 failed; 2000 mentions, 1193 links\n`,
  ])
  expect(api.asked[1]?.body).toEqual({ heads: ['semantic', 'entity'], limit: 2000 })
})

test('a head that is none is wrong usage', async () => {
  const url = 'http://127.0.0.1:1'
  const { code, err } = await memoir(['migrate-episodes', '--heads', 'soul'], { url })
  expect([code, err.includes('semantic, entity, situation')]).toEqual([2, true])
})
