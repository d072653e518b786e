import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { MAX_BODY_BYTES } from '../../src/api/app.ts'
import { hasPostgres } from '../support/database.ts'
import { startCommand } from '../support/processes.ts'
import { contentsOf, createImportFixture, startSink } from './import-fixture.ts'
import { memoir as run } from './terminal.ts'

const suite = hasPostgres ? test : test.skip
const SAMPLE = fileURLToPath(new URL('../../sample/conversations.jsonl', import.meta.url))

suite('the sample is imported, and again, and stands there once', async () => {
  await using fixture = await createImportFixture()
  const first = await run(['import', SAMPLE], { env: fixture.env })
  expect(first).toMatchObject({ code: 0 })
  expect(first.out).toBe(
    '32 conversations with 218 messages (memoir) imported, 0 rejected, 0 empty\nMake memories of them with: memoir backfill\n',
  )
  expect(first.err).toMatch(/^import: (\d+\.\d kB)\/\1 {2}32 conversations\n$/)
  const contents = await contentsOf(fixture)
  const again = await run(['import', SAMPLE, '--json'], { env: fixture.env })
  expect(JSON.parse(again.out)).toEqual({
    format: 'memoir',
    dry_run: false,
    conversations: 32,
    messages: 218,
    empty: 0,
    rejected: 0,
    records: 0,
    left_out: 0,
    left_out_reasons: {},
    refused: [],
  })
  expect(await contentsOf(fixture)).toBe(contents)
})

suite('an export is imported as it was written', async () => {
  await using fixture = await createImportFixture()
  const { memoir, folder, env } = fixture
  await memoir.send('/v1/memories', {
    body: { user_id: 'ann', content: 'Ann rows.', external_id: 'row', scope: 'sport' },
  })
  const acme = await memoir.namespace('acme')
  const path = join(folder, 'ann.jsonl')
  await writeFile(path, (await memoir.send('/v1/users/ann/export')).text)

  const argv = ['import', path, '--namespace', 'acme', '--json']
  const [first, again] = [await run(argv, { env }), await run(argv, { env })]

  expect(JSON.parse(first.out)).toMatchObject({ records: 1, left_out: 2, rejected: 0 })
  expect(JSON.parse(again.out)).toMatchObject({ records: 0, left_out: 3, rejected: 0 })
  const { rows } = await memoir.db.query(
    `select t.content, t.external_id, t.scope from memoir.memory_trace t join memoir.memory_user u on u.id = t.user_id
      where u.namespace_id = $1`,
    [acme],
  )
  expect(rows).toEqual([{ content: 'Ann rows.', external_id: 'row', scope: 'sport' }])
})

const line = (id: string, over: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    id,
    user_id: 'ann',
    created_at: '2026-03-01T09:00:00Z',
    messages: [{ role: 'user', content: 'We hiked to the lake.' }],
    ...over,
  })

suite('broken lines are told with their number and reason, and the rest goes on', async () => {
  await using fixture = await createImportFixture()
  const file = join(fixture.folder, 'broken.jsonl')
  const lines = ['{"id": "x", "mess', line('a'), '', line('b', { messages: 7 }), line('c')]
  await writeFile(file, [...lines, line('d', { user_id: undefined })].join('\n'))
  const { code, out, err } = await run(['import', file], { env: fixture.env })
  expect(code).toBe(0)
  expect(out).toContain('2 conversations with 2 messages (memoir) imported, 3 rejected')
  const told = err.split('\n').filter((text) => text.startsWith('line '))
  expect(told).toEqual([
    'line 1: is not JSON',
    expect.stringMatching(/^line 4 \(b\): messages .*expected array/),
    'line 6 (d): user_id is needed with a key that is not bound to a user',
  ])
})

suite('an export without a user is refused at once, and taken with --user', async () => {
  await using fixture = await createImportFixture()
  const file = join(fixture.folder, 'conversations.jsonl')
  await writeFile(file, `${line('a', { user_id: null })}\n`)
  const refused = await run(['import', file], { env: fixture.env })
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.err).toContain('--user ID')
  expect(await run(['import', file, '--user', 'bob'], { env: fixture.env })).toMatchObject({
    code: 0,
  })
})

test('--dry-run reads the file and needs no Memoir', async () => {
  const { code, out } = await run(['import', SAMPLE, '--dry-run', '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ dry_run: true, conversations: 32, messages: 218 })
})

test('what is no export, or no file, is said', async () => {
  const odd = await run(['import', fileURLToPath(new URL('../../package.json', import.meta.url))])
  expect(odd).toMatchObject({ code: 1 })
  expect(odd.err).toContain('--format')
  const none = await run(['import', '/nowhere/at/all.json'])
  expect(none).toMatchObject({ code: 1 })
  expect(none.err).toContain('cannot be read')
})

/** About `megabytes` of conversations, of which one is larger than a request. */
async function writeLarge(file: string, megabytes: number): Promise<void> {
  const stream = createWriteStream(file)
  const words = 'the lake was cold and we walked back in the rain '.repeat(20)
  const message = (index: number) => ({ role: 'user', content: `${index} ${words}` })
  const write = async (text: string) => {
    if (!stream.write(`${text}\n`)) await once(stream, 'drain')
  }
  await write(line('large', { messages: Array.from({ length: 2_500 }, (_, at) => message(at)) }))
  for (let index = 0; index < megabytes * 100; index += 1) {
    const messages = Array.from({ length: 10 }, (_, at) => message(at))
    await write(line(`c-${index}`, { messages }))
  }
  stream.end()
  await finished(stream)
}

suite(
  'killed three times it ends complete, and as if it had never been killed',
  async () => {
    await using fixture = await createImportFixture()
    const { db } = fixture.memoir
    const file = join(fixture.folder, 'large.jsonl')
    await writeLarge(file, 30)
    const count = async () => {
      const { rows } = await db.query<{ n: number }>('select count(*) as n from memoir.messages')
      return rows[0]?.n ?? 0
    }
    for (let kills = 0; kills < 3; kills += 1) {
      const before = await count()
      const { child, ended } = startCommand(['import', file], fixture.env)
      await vi.waitUntil(async () => (await count()) > before + 3_000, { timeout: 60_000 })
      child.kill('SIGKILL')
      await ended
    }
    const last = startCommand(['import', file, '--json'], fixture.env)
    expect(await last.ended).toBe(0)
    expect(JSON.parse(last.out())).toMatchObject({ conversations: 3_001, messages: 32_500 })
    const killed = await contentsOf(fixture)
    await db.query('truncate memoir.conversations, memoir.messages')
    const whole = startCommand(['import', file], fixture.env)
    expect(await whole.ended).toBe(0)
    expect(await contentsOf(fixture)).toBe(killed)
  },
  180_000,
)

test('a large export is read and sent in bounded memory', async () => {
  await using api = await startSink()
  const folder = await mkdtemp(join(tmpdir(), 'memoir-large-'))
  try {
    const file = join(folder, 'large.jsonl')
    await writeLarge(file, 200)
    expect((await stat(file)).size).toBeGreaterThan(200_000_000)
    const hook = 'process.on("exit",()=>console.error("peak",process.resourceUsage().maxRSS))'
    const env = { MEMOIR_URL: api.url, MEMOIR_DATA_DIR: join(folder, 'data') }
    const importing = startCommand(['import', file], env, [
      '--import',
      `data:text/javascript,${hook}`,
    ])
    expect(await importing.ended).toBe(0)
    const kilobytes = Number(/peak (\d+)/.exec(importing.err())?.[1])
    expect(kilobytes).toBeGreaterThan(0)
    expect(kilobytes / 1_024).toBeLessThan(300)
    expect(api.sizes.length).toBeGreaterThan(200)
    expect(Math.max(...api.sizes)).toBeLessThan(MAX_BODY_BYTES)
  } finally {
    await rm(folder, { recursive: true })
  }
}, 180_000)
