import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createForeignSource } from '../support/foreign-source.ts'
import { findDisagreements } from '../support/ingest.ts'

const suite = hasPostgres ? test : test.skip
const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/sources/${name}.sql`, import.meta.url), 'utf8')

/** Tables with the types that applications have, and a function that says one line in a conversation. */
const TABLES = `
  create table conversations (id text, user_id text, created_at timestamptz, updated_at timestamptz);
  create table messages (id text, conversation_id text, role text, content text, created_at timestamptz);
  create function talk(id text, who text, created timestamptz, updated timestamptz, said timestamptz) returns void
    language sql begin atomic
    insert into conversations values (id, who, created, updated);
    insert into messages values (id || '/1', id, 'user', 'The lock of ' || id || ' opens at six.', said),
                                (id || '/2', id, 'assistant', 'Noted.', said);
  end;`

suite(
  'a time that is no day is taken in with another, and a second run changes nothing',
  async () => {
    await using store = await createTestDatabase()
    await using source = await createForeignSource(store, fixture('infinite-times'))

    expect(await source.run()).toMatchObject({ created: 3, errors: 0 })
    expect(await source.run()).toMatchObject({ created: 0, updated: 0, skipped: 3, errors: 0 })
    expect(await source.nightly()).toMatchObject({ created: 0, updated: 0, errors: 0 })
    expect(await findDisagreements(store.db)).toEqual([])
  },
)

const ODD_TIMES = ['infinity', '-infinity', '57984-03-01', '294276-12-31 23:59', '0044-03-15 BC']

suite.each(['created', 'updated', 'said'])('odd times of when it was %s', async (place) => {
  await using store = await createTestDatabase()
  const good = `'2026-01-05 10:00+00'`
  const rows = [...ODD_TIMES, '4713-01-01 BC', '9999-12-31', '1970-01-01', '0001-01-01'].map(
    (time, index) => {
      const at = (name: string) => (name === place ? `'${time}'` : good)
      return `select talk('c${index}', 'mira', ${at('created')}, ${at('updated')}, ${at('said')})`
    },
  )
  const nothing = `select talk('c9', 'mira', ${['created', 'updated', 'said'].map((name) => (name === place ? 'null' : good)).join()})`
  await using source = await createForeignSource(store, [TABLES, ...rows, nothing].join(';\n'))

  expect(await source.run({ pageSize: 3 })).toMatchObject({ created: 10, errors: 0 })
  for (let index = 0; index < 10; index += 1) {
    expect((await source.said(`c${index}`)).map(([, at]) => at.slice(0, 10))).toEqual([
      '2026-01-05',
      '2026-01-05',
    ])
  }
  expect(await source.run()).toMatchObject({ updated: 0, skipped: 10, errors: 0 })
  expect(await source.nightly()).toMatchObject({ created: 0, updated: 0, errors: 0 })
})

suite('a conversation of which nobody knows when is dated by when it was first seen', async () => {
  await using store = await createTestDatabase()
  await using source = await createForeignSource(
    store,
    `${TABLES}; select talk('c', 'mira', null, 'infinity', null); select talk('d', 'mira', null, null, '-infinity')`,
  )
  const today = new Date().toISOString().slice(0, 10)

  expect(await source.run()).toMatchObject({ created: 2 })
  const said = await source.said('c')
  expect(said.map(([, at]) => at.slice(0, 10))).toEqual([today, today])
  expect(said.map(([, , content]) => content)).toEqual(['The lock of c opens at six.', 'Noted.'])
  expect(await source.run()).toMatchObject({ updated: 0, skipped: 2 })

  await source.app.query(
    `insert into messages values ('c/3', 'c', 'user', 'At seven, rather.', null)`,
  )
  expect(await source.nightly()).toMatchObject({ updated: 1, errors: 0 })
  // What was there keeps its time.
  expect((await source.said('c')).slice(0, 2)).toEqual(said)
})

suite(
  'messages without a time are dated by those around them, in the order of their ids',
  async () => {
    await using store = await createTestDatabase()
    await using source = await createForeignSource(
      store,
      `create table conversations (id int primary key, user_id text, created_at timestamptz, updated_at timestamptz);
     create table messages (id bigint primary key, conversation_id int, role text, content text, created_at timestamptz);
     insert into conversations values (1, 'mira', '2026-01-05 10:00+00', null);
     insert into messages values (8, 1, 'user', 'one', null), (9, 1, 'bot', 'two', '2026-01-05 10:05+00'),
       (10, 1, 'user', 'three', 'infinity'), (11, 1, 'bot', 'four', '2026-01-05 10:07+00')`,
    )
    await source.run()
    expect(await source.said('1')).toEqual([
      ['user', '2026-01-05T10:00:00.000Z', 'one'],
      ['assistant', '2026-01-05T10:05:00.000Z', 'two'],
      ['user', '2026-01-05T10:05:00.001Z', 'three'],
      ['assistant', '2026-01-05T10:07:00.000Z', 'four'],
    ])
  },
)

suite(
  'a conversation that is there for two users is listed, as is a row without an id',
  async () => {
    await using store = await createTestDatabase()
    await using source = await createForeignSource(store, fixture('conversation-twice'))
    const expected = {
      '(no id) 1': 'no_id',
      later: 'created',
      plain: 'created',
      shared: 'duplicate_id',
    }
    // Whatever page it begins or ends.
    for (const pageSize of [1, 2, 50]) {
      await source.run({ pageSize })
      const outcomes = await source.outcomes()
      expect({ ...outcomes, later: 'created', plain: 'created' }).toEqual(expected)
    }
    expect(await source.run({ retryFailed: true })).toMatchObject({ errors: 2, created: 0 })
    expect(await source.run()).toMatchObject({ created: 0, updated: 0, skipped: 2, errors: 2 })
    expect(await source.nightly()).toMatchObject({ created: 0, updated: 0 })

    await source.app.query(
      `delete from chat where id is null; delete from chat where owner = 'olek'`,
    )
    await source.run()
    expect(await source.outcomes()).toMatchObject({ '(no id) 1': 'gone', shared: 'created' })
  },
)

suite('a join that doubles rows doubles nothing else', async () => {
  await using store = await createTestDatabase()
  await using source = await createForeignSource(
    store,
    `${TABLES}
     select talk('c' || n, 'mira', '2026-01-05', '2026-01-05', '2026-01-05 10:00+00') from generate_series(1, 7) n;
     alter table conversations rename to chats; alter table messages rename to lines;
     create view conversations as select c.* from chats c, generate_series(1, 3);
     create view messages as select l.* from lines l, generate_series(1, 2);`,
  )
  expect(await source.run({ pageSize: 2 })).toMatchObject({ created: 7, total: 7, errors: 0 })
  expect(await source.said('c3')).toHaveLength(2)
  expect(await source.run()).toMatchObject({ updated: 0, skipped: 7 })
  expect(await findDisagreements(store.db)).toEqual([])
})

suite('messages that share an id, or have none, are all taken in', async () => {
  await using store = await createTestDatabase()
  await using source = await createForeignSource(
    store,
    `${TABLES}
     insert into conversations values ('c', 'mira', '2026-01-05', null);
     insert into messages values ('1', 'c', 'user', 'one', '2026-01-05 10:01'), ('1', 'c', 'user', 'two', '2026-01-05 10:02'),
       (null, 'c', 'user', 'three', '2026-01-05 10:03'), (null, 'c', 'user', 'four', '2026-01-05 10:04'), ('', 'c', null, 'five', '2026-01-05 10:05'),
       (repeat('x', 3000), 'c', '', 'six', '2026-01-05 10:06'), ('7', 'c', 'user', null, '2026-01-05 10:07'), ('8', 'c', 'user', '', '2026-01-05 10:08')`,
  )
  await source.run()
  expect((await source.said('c')).map(([, , content]) => content)).toEqual(
    'one two three four five six'.split(' '),
  )
  expect(await source.run()).toMatchObject({ updated: 0, skipped: 1 })
})

suite('ids of any kind and with any sign', async () => {
  await using store = await createTestDatabase()
  const ids = [
    `it's "quoted"`,
    'two\nlines',
    '%_\\',
    '../..',
    '.',
    '🐸',
    'ﷺ\u202e',
    'a b',
    'x'.repeat(512),
    '$1',
  ]
  await using source = await createForeignSource(store, TABLES)
  for (const id of ids) await source.app.query(`select talk($1, 'mira', now(), now(), now())`, [id])
  for (const id of [' ', '', 'y'.repeat(513), 'z'.repeat(100_000)]) {
    await source.app.query(`insert into conversations values ($1, 'mira')`, [id])
  }

  expect(await source.run({ pageSize: 2 })).toMatchObject({ created: 10, errors: 4 })
  expect(await source.run()).toMatchObject({ created: 0, updated: 0, skipped: 10, errors: 4 })
})

suite('users of any kind: who cannot be one is listed', async () => {
  await using store = await createTestDatabase()
  const users = ['', ' ', '.', '..', 'x'.repeat(257), null]
  await using source = await createForeignSource(store, TABLES)
  for (const [index, user] of [...users, `o'Brien`, '7', 'мира'].entries()) {
    await source.app.query(`select talk($1, $2, now(), now(), now())`, [`c${index}`, user])
  }
  expect(await source.run({ pageSize: 4 })).toMatchObject({ created: 3, errors: 6 })
  expect(Object.values(await source.outcomes()).toSorted()).toEqual([
    ...Array.from({ length: 3 }, () => 'created'),
    ...Array.from({ length: 6 }, () => 'no_user'),
  ])
})

suite(
  'every tenth row is odd: nine are taken in, the tenth is listed, a second run changes nothing',
  async () => {
    await using store = await createTestDatabase()
    // Five kinds of odd rows. Two that the database itself cannot read: a view casts what is no number, for the conversation or its messages.
    await using source = await createForeignSource(
      store,
      `create table raw (n int primary key, id text, owner text, at text);
     insert into raw select n, 'c' || lpad(n::text, 3, '0'), 'mira', '2026-01-05 10:00+00' from generate_series(1, 200) n;
     update raw set id = null where n in (10, 60, 110, 160);
     update raw set owner = null where n in (20, 70, 120, 170);
     update raw set at = 'tomorrow at noonish' where n in (30, 80, 130, 180);
     update raw set id = repeat('long', 200) || n where n in (50, 100, 150, 200);
     create view conversations as select id, owner as user_id, at::timestamptz as created_at, at::timestamptz as updated_at from raw
       union all select id, 'olek', now(), now() from raw where n in (40, 90, 140, 190) and false;
     create view messages as select id || '/' || k as id, id as conversation_id, 'user' as role, 'Line ' || k || ' of ' || n as content,
       timestamptz '2026-01-05 10:00+00' + (case when n in (40, 90, 140, 190) then 'forty' else k::text end)::int * interval '1 minute' as created_at
       from raw, generate_series(1, 3) k`,
    )
    for (const pageSize of [7, 50]) {
      const progress = await source.run({ pageSize })
      expect(progress).toMatchObject({ processed: 180, errors: 20, total: 200 })
    }
    expect(await source.run()).toMatchObject({ created: 0, updated: 0, skipped: 180, errors: 20 })
    const outcomes = Object.values(await source.outcomes())
    const count = (what: string) => outcomes.filter((one) => one === what).length
    expect(['no_id', 'no_user', 'source_row_invalid', 'internal'].map(count)).toEqual([4, 4, 12, 0])
    expect(await source.nightly()).toMatchObject({ created: 0, updated: 0 })
    expect(await findDisagreements(store.db)).toEqual([])
  },
)
