import { expect, test } from 'vitest'
import { startFakeApi } from './fake-api.ts'
import { memoir } from './terminal.ts'

const ID = '0199f3a4-7c3e-7c52-9d0e-6a1f4b7c2d10'
const memory = {
  id: ID,
  user_id: 'maya',
  kind: 'fact',
  role: null,
  scope: 'personal',
  tags: ['health'],
  content: 'Maya is allergic to penicillin.\nIt gives her a rash.',
  state: 'superseded',
  occurred_at: '2026-03-04T18:03:00.000Z',
  known_at: '2026-03-04T18:05:00.000Z',
  revision: 2,
  superseded_by: '0199f3a4-0000-7c52-9d0e-6a1f4b7c2d10',
  writes: { vector: 'written', graph: 'off' },
}

test('memories are listed with every filter that the API has', async () => {
  const body = { items: [memory], next_cursor: 'next' }
  await using api = await startFakeApi({ 'GET /v1/memories': { body } })
  const argv =
    'memories list --user maya --kinds fact,note --state superseded,deleted --scope personal --tags health --session s1 --from 2026-03-01 --to 2026-04-01 --order occurred --limit 5 --cursor c'
  const { code, out, err } = await memoir(argv.split(' '), { url: api.url })
  expect(code).toBe(0)
  expect(out).toMatch(
    new RegExp(`^${ID}  2026-03-04 18:03  fact  superseded  Maya is allergic`, 'm'),
  )
  expect(err).toBe('There are more: --cursor next\n')
  expect(api.asked[0]?.query).toEqual({
    user_id: 'maya',
    kinds: 'fact,note',
    state: 'superseded,deleted',
    scope: 'personal',
    tags: 'health',
    session_id: 's1',
    from: '2026-03-01T00:00:00.000Z',
    to: '2026-04-01T00:00:00.000Z',
    order: 'occurred',
    limit: '5',
    cursor: 'c',
  })
  const json = await memoir(['memories', 'list', '--user', 'maya', '--json'], { url: api.url })
  expect(JSON.parse(json.out)).toEqual(body)
})

test('at 80 columns the text stands below its row, whole words, instead of 20 characters', async () => {
  const long = { ...memory, content: 'She walked around the lake in the rain. '.repeat(5).trim() }
  const body = { items: [long], next_cursor: null }
  await using api = await startFakeApi({ 'GET /v1/memories': { body } })
  const { out } = await memoir(['memories', 'list', '--user', 'maya'], {
    url: api.url,
    columns: 80,
  })
  const lines = out.trimEnd().split('\n')
  expect(lines[1]).toBe(`${ID}  2026-03-04 18:03  fact  superseded`)
  const text = lines.slice(2).map((each) => each.trim())
  expect(text.join(' ')).toBe(long.content)
  for (const each of lines) expect(each.length).toBeLessThanOrEqual(80)
})

test('a memory is shown whole, with its state and what superseded it', async () => {
  await using api = await startFakeApi({ [`GET /v1/memories/${ID}`]: { body: memory } })
  const { code, out } = await memoir(['memories', 'show', ID], { url: api.url })
  expect(code).toBe(0)
  expect(out).toMatch(/^state: +superseded$/m)
  expect(out).toContain(memory.superseded_by)
  expect(out).toMatch(/\n\nMaya is allergic to penicillin\.\nIt gives her a rash\.\n$/)
  const json = await memoir(['memories', 'show', ID, '--json'], { url: api.url })
  expect(JSON.parse(json.out)).toEqual(memory)
})

test('the history of a memory, the newest first', async () => {
  const revision = (n: number, to: string | null) => ({
    revision: n,
    content: `text ${n}`,
    valid_from: `2026-03-0${n}T00:00:00.000Z`,
    valid_to: to,
  })
  const body = {
    items: [revision(2, null), revision(1, '2026-03-02T00:00:00.000Z')],
    next_cursor: null,
  }
  await using api = await startFakeApi({ [`GET /v1/memories/${ID}/history`]: { body } })
  const { out } = await memoir(['memories', 'history', ID], { url: api.url })
  expect(out.split('\n').slice(1, 3)).toEqual([
    '2         2026-03-02T00:00:00                       text 2',
    '1         2026-03-01T00:00:00  2026-03-02T00:00:00  text 1',
  ])
})

test('a memory is restored, and waited for unless told not to', async () => {
  await using api = await startFakeApi({
    [`POST /v1/memories/${ID}/restore`]: [
      { body: { ...memory, state: 'active' } },
      { status: 202, body: { id: ID, job: 'j-9', ids: [ID], status: 'queued' } },
    ],
  })
  const done = await memoir(['memories', 'restore', ID], { url: api.url })
  expect([done.code, done.out]).toEqual([0, `Restored ${ID}\n`])
  const accepted = await memoir(['memories', 'restore', ID, '--no-wait'], { url: api.url })
  expect(accepted.out).toContain('memoir jobs watch j-9')
})

test('users are listed with their counts', async () => {
  const user = { user_id: 'maya', memories: 5, episodes: 1, in_graph: 5 }
  const body = {
    items: [
      { ...user, last_active_at: '2026-03-04T18:03:00.000Z' },
      { ...user, user_id: 'new', last_active_at: null },
    ],
    next_cursor: null,
  }
  await using api = await startFakeApi({ 'GET /v1/users': { body } })
  const { code, out } = await memoir(['users', 'list', '--limit', '2'], { url: api.url })
  expect(code).toBe(0)
  expect(out).toMatch(/^maya +5 +1 +2026-03-04 18:03$/m)
  expect(out).toMatch(/^new +5 +1 +never$/m)
  expect(api.asked[0]?.query).toEqual({ limit: '2' })
  const json = await memoir(['users', 'list', '--json'], { url: api.url })
  expect(JSON.parse(json.out)).toEqual(body)
})

test('ask answers, and lists what the answer rests on', async () => {
  const found = {
    known: true,
    answer: 'Penicillin.',
    citations: [{ id: ID, content: memory.content, occurred_at: memory.occurred_at }],
    model: 'rules',
  }
  const reply = (structuredContent: object, isError = false) => ({
    body: { content: [], structuredContent, isError },
  })
  const refused = { error: { code: 'forbidden', message: 'That is not yours.' } }
  await using api = await startFakeApi({
    'POST /mcp/tool/call': [reply(found), reply(found), reply(refused, true)],
  })
  const argv = ['ask', 'What is Maya allergic to?', '--user', 'maya']
  const answered = await memoir(argv, { url: api.url })
  expect(answered.code).toBe(0)
  expect(answered.out).toMatch(/^Penicillin\.\n\nMEMORY/)
  expect(answered.out).toContain(`${ID}  2026-03-04  Maya is allergic`)
  expect(api.asked[0]?.body).toEqual({
    name: 'ask_memory',
    arguments: { question: 'What is Maya allergic to?', user_id: 'maya' },
  })
  const json = await memoir([...argv, '--json'], { url: api.url })
  expect(JSON.parse(json.out)).toEqual(found)
  const denied = await memoir(argv, { url: api.url })
  expect([denied.code, denied.out]).toEqual([1, ''])
  expect(denied.err).toContain('That is not yours.')
})

test.each([
  [['memories', 'list']],
  [['memories', 'show']],
  [['memories', 'list', '--user', 'maya', '--state', 'lost']],
  [['ask', 'What?']],
  [['users']],
  [['completion', 'powershell']],
])('%j is wrong usage', async (argv) => {
  const { code, out } = await memoir(argv)
  expect([code, out]).toEqual([2, ''])
})
