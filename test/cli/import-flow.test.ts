import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { run } from '../../src/cli.ts'
import { counts, errorBody, job, startFakeApi, type Reply } from './fake-api.ts'
import { createTerminal, memoir, noParts } from './terminal.ts'

const SAMPLE = fileURLToPath(new URL('../../sample/conversations.jsonl', import.meta.url))
const taken = { body: { conversations: 32, messages: 218, rejected: [] } }

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'memoir-flow-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('--backfill makes memories of them and is followed to its end', async () => {
  await withFolder(async (folder) => {
    const progress = counts({ processed: 32, created: 32, total_fetched: 32, total: 32 })
    await using api = await startFakeApi({
      'POST /v1/imports': taken,
      'POST /v1/backfills': { status: 202, body: { id: 'j-1', job: 'j-1', status: 'queued' } },
      'GET /v1/jobs/j-1': { body: job({ state: 'succeeded', progress }) },
    })
    const options = { url: api.url, env: { MEMOIR_DATA_DIR: folder } }
    const { code, out } = await memoir(['import', SAMPLE, '--backfill'], options)
    expect(code).toBe(0)
    expect(out.split('\n')).toEqual([
      '32 conversations with 218 messages (memoir) imported, 0 rejected, 0 empty',
      '32 conversations: 32 created, 0 updated, 0 unchanged, 0 failed',
      '',
    ])
    const json = await memoir(['import', SAMPLE, '--backfill', '--json'], options)
    expect(JSON.parse(json.out)).toMatchObject({ conversations: 32, backfill: { id: 'j-1' } })
  })
})

test('a server that is away for a moment is asked again', async () => {
  await withFolder(async (folder) => {
    const away: Reply = { status: 503, body: errorBody('store_unavailable', 'Postgres is away.') }
    const busy: Reply = { status: 409, body: errorBody('in_progress', 'It is worked on.') }
    await using api = await startFakeApi({ 'POST /v1/imports': [away, busy, taken] })
    const { code } = await memoir(['import', SAMPLE], {
      url: api.url,
      env: { MEMOIR_DATA_DIR: folder },
    })
    expect(code).toBe(0)
    expect(api.asked).toHaveLength(3)
    expect(api.asked[2]?.body).toEqual(api.asked[0]?.body)
  })
})

const conversation = (id: string) =>
  JSON.stringify({
    id,
    user_id: 'ann',
    created_at: '2026-03-01T09:00:00Z',
    messages: [{ role: 'user', content: 'lake' }],
  })

test('Ctrl-C keeps the place, says how to go on, and exits 130; then nothing is sent twice', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'many.jsonl')
    const ids = Array.from({ length: 450 }, (_, index) => `c-${index}`)
    await writeFile(file, ids.map(conversation).join('\n'))
    const full = { body: { conversations: 200, messages: 200, rejected: [] } }
    const away = { status: 503, body: errorBody('store_unavailable', 'Postgres is away.') }
    await using api = await startFakeApi({ 'POST /v1/imports': [full, away] })
    const env = { MEMOIR_DATA_DIR: join(folder, 'data') }
    const terminal = createTerminal({ env: { ...env, MEMOIR_URL: api.url } })
    const running = run(['import', file], terminal, noParts)
    await vi.waitFor(() => expect(api.asked.length).toBeGreaterThan(1))
    terminal.press('SIGINT')
    expect(await running).toBe(130)
    expect(terminal.err()).toContain('goes on where it was')
    expect(terminal.listeners()).toBe(0)

    // The place is kept for where it went to: the same address.
    await api[Symbol.asyncDispose]()
    await using again = await startFakeApi(
      { 'POST /v1/imports': [full, { body: { conversations: 50, messages: 50, rejected: [] } }] },
      Number(new URL(api.url).port),
    )
    const rest = await memoir(['import', file, '--json'], { url: again.url, env })
    expect(rest.err).toContain('Going on')
    expect(JSON.parse(rest.out)).toMatchObject({ conversations: 450, messages: 450 })
    expect(again.asked).toHaveLength(2)
    expect(await readdir(join(folder, 'data', 'imports'))).toEqual([])
  })
})

test('at a terminal a refusal wipes the bar, and its text cannot command the terminal', async () => {
  await withFolder(async (folder) => {
    const rejected = [{ index: 0, field: 'title', message: 'is \u001b[31mtoo long' }]
    await using api = await startFakeApi({
      'POST /v1/imports': { body: { conversations: 31, messages: 200, rejected } },
    })
    const options = { url: api.url, isTTY: true, env: { MEMOIR_DATA_DIR: folder } }
    const { code, err, out } = await memoir(['import', SAMPLE], options)
    expect(code).toBe(0)
    expect(out).toContain('31 conversations with 200 messages (memoir) imported, 1 rejected')
    expect(err).toContain(
      '\r\u001b[Kline 1 (tomas-2026-03-02-marathon-goal): title is [31mtoo long\n',
    )
    expect(err).toMatch(/import \[.*\] (\d+\.\d kB)\/\1 {2}31 conversations/)
  })
})

test('when nothing could be taken it exits 1', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'broken.jsonl')
    await writeFile(file, '{"id": 1, "messages": []}\n{"id": "a", "messages": 3}\n{"id"')
    const dry = await memoir(['import', file, '--dry-run', '--format', 'memoir'])
    expect(dry).toMatchObject({ code: 1 })
    expect(dry.out).toContain(
      '0 conversations with 0 messages (memoir) could be imported, 2 rejected',
    )
  })
})

test('where nothing can be written it says so, and does without a position', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'a-file')
    await writeFile(file, '')
    await using api = await startFakeApi({ 'POST /v1/imports': taken })
    const { code, err } = await memoir(['import', SAMPLE], {
      url: api.url,
      env: { MEMOIR_DATA_DIR: join(file, 'below') },
    })
    expect(code).toBe(0)
    expect(err).toContain('No position is kept')
  })
})
