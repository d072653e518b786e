import { expect, test } from 'vitest'
import { createTestDatabase, hasPostgres } from '../support/database.ts'
import { createForeignSource } from '../support/foreign-source.ts'

const suite = hasPostgres ? test : test.skip

const LINES = ['The lock opens at six.', 'Noted.', 'At seven, rather.']

/** A source whose ids, users, times and contents have these types; three messages, of which the second has no content. */
function tables({
  id = 'text',
  user = 'text',
  at = 'timestamptz',
  content = 'text',
  key = id,
}: Partial<Record<'id' | 'user' | 'at' | 'content' | 'key', string>>): string {
  return `create table conversations (id ${id}, user_id ${user}, created_at ${at}, updated_at ${at});
    create table messages (id int, conversation_id ${key}, role text, content ${content}, created_at ${at});`
}

suite.each([
  ['text', 'text'],
  ['uuid', 'uuid'],
  ['bigint', 'bigint'],
  ['bigint', 'int'],
  ['numeric', 'numeric'],
  ['uuid', 'text'],
  ['text', 'uuid'],
  ['varchar(64)', 'text'],
  ['text', 'bigint'],
  ['bytea', 'bytea'],
  ['jsonb', 'jsonb'],
  ['json', 'jsonb'],
])('conversations whose ids are %s and are named as %s', async (id, key) => {
  await using store = await createTestDatabase()
  const value = (type: string, n: number) => {
    if (type === 'uuid') return `'00000000-0000-4000-8000-00000000000${n}'::uuid`
    if (type === 'bytea') return `'\\x0${n}'::bytea`
    if (/json/.test(type)) return `'"${n}"'::${type}`
    return type === 'text' && key === 'uuid'
      ? `'00000000-0000-4000-8000-00000000000${n}'`
      : id === 'uuid'
        ? `'00000000-0000-4000-8000-00000000000${n}'`
        : `${n}::${type}`
  }
  const rows = [1, 2, 3].map(
    (n) => `insert into conversations values (${value(id, n)}, 'mira', '2026-01-05', '2026-01-05');
      insert into messages values (${n}, ${value(key, n)}, 'user', 'Line ${n}.', '2026-01-05')`,
  )
  // Types that do not compare are a mistake that is told, as is text beside json.
  const comparable = id !== 'json'
  await using source = await createForeignSource(store, [tables({ id, key }), ...rows].join(';'))
  if (!comparable) {
    await expect(source.run()).rejects.toMatchObject({ code: 'source_invalid' })
    return
  }
  expect(await source.run({ pageSize: 1 })).toMatchObject({ created: 3, errors: 0 })
  expect(await source.nightly()).toMatchObject({ created: 0, errors: 0 })
  const { rows: found } = await store.db.query(
    `select count(*) as n from memoir.memory_trace where kind = 'message'`,
  )
  expect(found).toEqual([{ n: 3 }])
})

const NOON = '2026-01-05T12:00:00.000Z'
suite.each([
  ['timestamptz', `'2026-01-05 13:00+01'`, NOON],
  ['timestamp', `'2026-01-05 13:00'`, NOON],
  ['date', `'2026-01-05'`, '2026-01-04T23:00:00.000Z'],
  ['bigint', '1767614400', NOON],
  ['bigint', '1767614400000', NOON],
  ['bigint', '1767614400000000', NOON],
  ['numeric', '1767614400.0004', NOON],
  ['double precision', '1767614400', NOON],
  ['text', `'2026-01-05T13:00:00+01:00'`, NOON],
  ['text', `'2026-01-05 13:00:00.000'`, NOON],
  ['varchar', `'2026-01-05T12:00:00Z'`, NOON],
  ['text', `'Mon, 05 Jan 2026 12:00:00 GMT'`, NOON],
  ['text', `'Mon Jan 05 2026 13:00:00 GMT+0100 (CET)'`, NOON],
  ['text', `'1767614400000'`, NOON],
  ['jsonb', `'"2026-01-05T12:00:00Z"'`, NOON],
  ['jsonb', `'1767614400'`, NOON],
])('times of type %s: %s', async (type, value, expected) => {
  await using store = await createTestDatabase()
  await using source = await createForeignSource(
    store,
    `${tables({ at: type })} insert into conversations values ('c', 'mira', null, null);
     insert into messages values (1, 'c', 'user', 'The lock opens at six.', ${value})`,
    { SOURCE_TIMEZONE: 'Europe/Berlin' },
  )
  expect(await source.run()).toMatchObject({ created: 1 })
  expect(await source.said('c')).toEqual([['user', expected, 'The lock opens at six.']])
  expect(await source.nightly()).toMatchObject({ created: 0, updated: 0, errors: 0 })
})

suite.each([
  ['bigint', ['0', '-9223372036854775808', '9223372036854775807', 'null']],
  ['numeric', [`'NaN'`, `'Infinity'`, '1e400', '-1e400', '0.0000000001', '99999999999999999999']],
  ['double precision', [`'NaN'`, `'Infinity'`, `'-Infinity'`, '1e308']],
  ['date', [`'infinity'`, `'5874897-12-31'`, `'0044-03-15 BC'`]],
  [
    'text',
    [
      `''`,
      `'never'`,
      `'2026-02-30'`,
      `'2026-13-01 10:00'`,
      `repeat('9', 400)`,
      `'0000-00-00 00:00:00'`,
      `'1e9'`,
    ],
  ],
  ['jsonb', [`'null'`, `'{}'`, `'[]'`, `'true'`, `'{"$date": "2026"}'`]],
  ['time', [`'10:00'`]],
  ['interval', [`'3 days'`]],
])('values of type %s that are no time stop nothing', async (type, values) => {
  await using store = await createTestDatabase()
  const rows = values.map(
    (value, index) => `insert into conversations values ('c${index}', 'mira', ${value}, ${value});
      insert into messages values (1, 'c${index}', 'user', 'The lock opens at six.', ${value})`,
  )
  await using source = await createForeignSource(store, [tables({ at: type }), ...rows].join(';'))

  expect(await source.run()).toMatchObject({ created: values.length, errors: 0 })
  expect(await source.run()).toMatchObject({ updated: 0, skipped: values.length, errors: 0 })
  expect(await source.nightly()).toMatchObject({ updated: 0, errors: 0 })
  const years = await Promise.all(values.map(async (_, index) => await source.said(`c${index}`)))
  expect(years.flat().map(([, at]) => at.startsWith('1970'))).not.toContain(true)
})

suite.each([
  ['text', LINES.map((line) => `'${line}'`)],
  ['jsonb', LINES.map((line) => `'"${line}"'`)],
  [
    'jsonb',
    LINES.map(
      (line) => `'[{"type": "text", "text": "${line}"}, {"type": "image_url", "image_url": {}}]'`,
    ),
  ],
  ['json', LINES.map((line) => `'{"type": "human", "data": {"content": "${line}"}}'`)],
  ['text[]', LINES.map((line) => `array['${line}', null]`)],
  ['bytea', LINES.map((line) => `convert_to('${line}', 'UTF8')`)],
])('contents of type %s', async (type, [one, , three]) => {
  await using store = await createTestDatabase()
  await using source = await createForeignSource(
    store,
    `${tables({ content: type })} insert into conversations values ('c', 'mira', '2026-01-05', null);
     insert into messages values (1, 'c', 'user', ${one}, '2026-01-05 10:01'), (2, 'c', 'user', null, '2026-01-05 10:02'),
       (3, 'c', 'user', ${three}, '2026-01-05 10:03')`,
  )
  expect(await source.run()).toMatchObject({ created: 1, errors: 0 })
  expect((await source.said('c')).map(([, , content]) => content)).toEqual([LINES[0], LINES[2]])
})

suite('contents that say nothing, and bytes that are no text, are passed over alone', async () => {
  await using store = await createTestDatabase()
  await using source = await createForeignSource(
    store,
    `${tables({ content: 'bytea' })} insert into conversations values ('c', 'mira', '2026-01-05', null), ('empty', 'mira', '2026-01-05', null);
     insert into messages values (1, 'c', 'user', '\\xff00fe', '2026-01-05'), (2, 'c', 'user', 'words', '2026-01-05')`,
  )
  expect(await source.run()).toMatchObject({ created: 1, skipped: 1, errors: 0 })
  expect((await source.said('c')).map(([, , content]) => content)).toEqual(['words'])
})

suite('users in lists and in JSON: one is the user, several are nobody’s', async () => {
  await using store = await createTestDatabase()
  await using source = await createForeignSource(
    store,
    `${tables({ user: 'jsonb' })}
     insert into conversations select 'c' || ordinality, u, '2026-01-05', null
       from jsonb_array_elements('["mira", ["mira"], 7, {"id": "mira"}, ["mira", "olek"], {}, null, true]') with ordinality as t(u);
     insert into messages select 1, id, 'user', 'A line.', '2026-01-05' from conversations`,
  )
  await source.run()
  expect(Object.values(await source.outcomes())).toEqual([
    'created',
    'created',
    'created',
    'created',
    'duplicate_id',
    'no_user',
    'no_user',
    'no_user',
  ])
})

suite('roles are known by themselves or by SOURCE_ROLE_MAP', async () => {
  await using store = await createTestDatabase()
  const roles = [
    'human',
    'AI',
    'model',
    'ASSISTANT',
    ' User ',
    'bot',
    'AIMessage',
    'agent',
    'Kunde',
    'narrator',
  ]
  const rows = roles.map(
    (role, n) => `(${n}, 'c', '${role}', 'Line ${n}.', '2026-01-05 10:${10 + n}')`,
  )
  await using source = await createForeignSource(
    store,
    `${tables({})} insert into conversations values ('c', 'mira', '2026-01-05', null);
     insert into messages values ${rows.join()}`,
    { SOURCE_ROLE_MAP: 'agent=assistant, KUNDE=user' },
  )
  await source.run()
  expect((await source.said('c')).map(([role]) => role)).toEqual(
    'user assistant assistant assistant user assistant assistant assistant user narrator'.split(
      ' ',
    ),
  )
})

suite('columns of times that nobody named may be missing', async () => {
  await using store = await createTestDatabase()
  await using source = await createForeignSource(
    store,
    `create table conversations (id text, user_id text); create table messages (id int, conversation_id text, role text, content text);
     insert into conversations values ('c', 'mira'); insert into messages values (2, 'c', 'user', 'two'), (1, 'c', 'user', 'one')`,
  )
  await source.run()
  expect((await source.said('c')).map(([, , content]) => content)).toEqual(['one', 'two'])
  expect(await source.nightly()).toMatchObject({ updated: 0, errors: 0 })
})
