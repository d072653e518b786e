import { expect, test } from 'vitest'
import { storeBody } from '../../src/api/memory-bodies.ts'
import { timeAsWritten } from '../../src/api/fields.ts'
import { isoIn } from '../../src/domain/time-zone.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import { readTimestamp } from '../../src/sessions/stamps.ts'
import { parseTranscript } from '../../src/sessions/transcript.ts'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createForeignSource } from '../support/foreign-source.ts'
import { createSessionFixture } from '../support/session-fixture.ts'

const suite = hasPostgres ? test : test.skip
const SAID = 'I moved to Lisbon yesterday.'

/** The day of a posted sentence, where Memoir's days are those of a zone. */
async function dayOf(at: string, zone: string): Promise<string | undefined> {
  await using fixture = await createSessionFixture(createRulesModel(), {
    env: { MEMORY_TIMEZONE: zone },
  })
  const turns = parseTranscript([{ role: 'user', content: SAID, at: readTimestamp(at) }])
  await fixture.store('', { turns })
  const { rows } = await fixture.db.query<{ at: Date }>(
    `select occurred_at as at from memoir.memory_trace where kind = 'fact'`,
  )
  return rows[0]?.at.toISOString().slice(0, 10)
}

suite.each([
  ['2026-01-05T23:30:00-08:00', 'Asia/Tokyo', '2026-01-04'],
  ['2026-01-06T00:30:00+09:00', 'America/New_York', '2026-01-05'],
  ['2026-01-06T00:30:00+00:00', 'America/New_York', '2026-01-05'],
  ['2026-01-05 23:30', 'Asia/Tokyo', '2026-01-04'],
  ['2026-01-05T23:30:00Z', 'Asia/Tokyo', '2026-01-05'],
  ['2026-01-06T01:30:00Z', 'America/New_York', '2026-01-04'],
  ['2026-01-05T23:30:00Z', 'UTC', '2026-01-04'],
])('yesterday of %s, where days are those of %s, was %s', async (at, zone, day) => {
  expect(await dayOf(at, zone)).toBe(day)
})

suite.each([
  [{ MEMORY_TIMEZONE: 'Asia/Tokyo' }, '2026-01-05'],
  [{ SOURCE_TIMEZONE: 'America/Los_Angeles', MEMORY_TIMEZONE: 'Asia/Tokyo' }, '2026-01-04'],
  [{}, '2026-01-04'],
])('what a source has is of the day of its zone: %o', async (env, day) => {
  await using store = await createTestDatabase()
  await using source = await createForeignSource(
    store,
    `create table conversations (id text, user_id text, created_at timestamptz, updated_at timestamptz);
     create table messages (id int, conversation_id text, role text, content text, created_at timestamptz);
     insert into conversations values ('c', 'mira', '2026-01-05 23:30Z', null);
     insert into messages values (1, 'c', 'user', '${SAID}', '2026-01-05 23:30Z')`,
    env,
  )
  await source.run({ extract: 'rules' })
  const { rows } = await store.db.query<{ at: Date }>(
    `select occurred_at as at from memoir.memory_trace where kind = 'fact'`,
  )
  expect(rows[0]?.at.toISOString().slice(0, 10)).toBe(day)
})

test('a memory’s time keeps the offset that the request gave', () => {
  const at = '2026-01-05T23:30:00-08:00'
  const { occurred_at: given } = storeBody.parse({
    user_id: 'mira',
    messages: [{ role: 'user', content: SAID }],
    occurred_at: at,
  })
  expect(given?.toISOString()).toBe('2026-01-06T07:30:00.000Z')
  expect(given && timeAsWritten(given)).toBe(at)
})

test('a zone has the offset of the season', () => {
  expect(isoIn(new Date('2026-01-05T12:00:00Z'), 'Europe/Berlin')).toBe(
    '2026-01-05T13:00:00.000+01:00',
  )
  expect(isoIn(new Date('2026-07-05T12:00:00Z'), 'Europe/Berlin')).toBe(
    '2026-07-05T14:00:00.000+02:00',
  )
  expect(isoIn(new Date('2026-07-05T12:00:00Z'), 'America/St_Johns')).toBe(
    '2026-07-05T09:30:00.000-02:30',
  )
  expect(isoIn(new Date('2026-07-05T12:00:00Z'), 'UTC')).toBe('2026-07-05T12:00:00.000Z')
})
