import { mkdtemp, readFile, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { run } from '../../src/cli.ts'
import { errorBody, job, startFakeApi } from './fake-api.ts'
import { createTerminal, memoir, noParts } from './terminal.ts'

const counts = { traces: 3, vectors: 2, edges: 4, nodes: 1 }
const tombstone = (forgotten_at: string | null) => ({
  body: { tombstone: { ids: ['m-1'], forgotten_at, counts } },
})
const WOULD = tombstone(null)
const DONE = tombstone('2026-03-01T09:00:00.000Z')
const SAID = '3 memories, 2 vectors, 4 links, 1 names\n'

function at(url: string) {
  return createTerminal({ env: { MEMOIR_URL: url, MEMOIR_KEY: 'test-key' }, isTTY: true })
}

test('forget says what went, and a dry run what would go', async () => {
  await using api = await startFakeApi({ 'POST /v1/forget': [WOULD, DONE] })
  const argv =
    'forget --user maya --scope work,home --session s-1 --kinds fact --from 2026-01-01 --to 2026-02-01'
  const dry = await memoir([...argv.split(' '), '--dry-run'], { url: api.url })
  const real = await memoir(['forget', 'm-1', '--yes', '--json'], { url: api.url })

  expect([dry.code, dry.out]).toEqual([0, `Would go: ${SAID}`])
  expect([real.code, JSON.parse(real.out)]).toEqual([0, DONE.body])
  expect(api.asked.map(({ body }) => body)).toEqual([
    {
      user_id: 'maya',
      scope: ['work', 'home'],
      session_id: 's-1',
      kinds: ['fact'],
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-02-01T00:00:00.000Z',
      dry_run: true,
    },
    { id: 'm-1', dry_run: false },
  ])
})

test('a person sees the counts and is asked first; whoever says no, or nothing, changes nothing', async () => {
  await using api = await startFakeApi({ 'POST /v1/forget': [WOULD, DONE, WOULD, WOULD] })
  for (const [typed, code, asked] of [
    ['y\n', 0, 2],
    ['n\n', 1, 3],
    ['', 1, 4],
  ] as const) {
    const terminal = at(api.url)
    terminal.stdin.end(typed)
    expect(await run(['forget', 'm-1'], terminal, noParts)).toBe(code)
    expect(terminal.err()).toContain(`Would go: ${SAID}`)
    expect(terminal.out()).toBe(code === 0 ? `Forgotten: ${SAID}` : '')
    expect(api.asked).toHaveLength(asked)
  }
})

test('where nobody can be asked, and where nothing or too much is said, it is wrong usage', async () => {
  await using api = await startFakeApi({})
  for (const argv of ['forget m-1', 'forget', 'forget m-1 --user maya --yes', 'erase maya']) {
    expect([argv, (await memoir(argv.split(' '), { url: api.url })).code]).toEqual([argv, 2])
  }
  expect(api.asked).toEqual([])
})

const receipt = {
  id: 'j-1',
  user: 'u-1',
  deleted: { memory_trace: 12, graph: 9 },
  found_again: { memory_trace: 1 },
  requested_at: '2026-03-01T09:00:00.000Z',
  finished_at: '2026-03-01T09:01:00.000Z',
}
const erasing = {
  'DELETE /v1/users/maya': { status: 202, body: { id: 'j-1', job: 'j-1', status: 'queued' } },
  'GET /v1/jobs/j-1': [
    { body: { ...job({ id: 'j-1', state: 'running' }), progress: { processed: 4, total: 9 } } },
    { body: { ...job({ id: 'j-1', state: 'succeeded' }), progress: { processed: 9, total: 9 } } },
  ],
  'GET /v1/erasures/j-1': { body: receipt },
}

test('erase shows how far it is, waits, and prints the receipt', async () => {
  await using api = await startFakeApi(erasing)
  const { code, out, err } = await memoir(['erase', 'maya', '--yes'], { url: api.url })

  expect(code).toBe(0)
  expect(err).toBe('erase: 4/9\nerase: 9/9  succeeded\n')
  expect(out.split('\n').map((each) => each.trim().split(/ {2,}/))).toEqual([
    ['PLACE', 'DELETED', 'FOUND AGAIN'],
    ['memory_trace', '12', '1'],
    ['graph', '9', '0'],
    ['Erased 2026-03-01T09:01:00.000Z. Receipt j-1, which stands in the audit log too.'],
    [''],
  ])
  const json = await memoir(['erase', 'maya', '--yes', '--json'], { url: api.url })
  expect(JSON.parse(json.out)).toEqual(receipt)
})

test('Ctrl-C leaves an erasure to itself and says how to watch it', async () => {
  await using api = await startFakeApi({
    ...erasing,
    'GET /v1/jobs/j-1': erasing['GET /v1/jobs/j-1'][0] ?? [],
  })
  const terminal = at(api.url)
  const running = run(['erase', 'maya', '--yes'], terminal, noParts)
  await vi.waitFor(() => expect(terminal.err()).toContain('4/9'))
  terminal.press('SIGINT')

  expect(await running).toBe(130)
  expect(terminal.err()).toContain('memoir jobs watch j-1')
})

const LINES = [{ type: 'export', memories: 1 }, { type: 'memory' }, { type: 'end' }]
  .map((each) => `${JSON.stringify(each)}\n`)
  .join('')

test('an export of somebody who is not there says so', async () => {
  const text = '{"type":"export","memories":0}\n{"type":"end"}\n'
  await using api = await startFakeApi({ 'GET /v1/users/maja/export': { text } })
  const { code, out, err } = await memoir(['export', 'maja'], { url: api.url })
  expect([code, out]).toEqual([0, text])
  expect(err).toBe('No user maja; see `memoir users list`.\n')
})

test('an export goes onto standard output, or into a file that is there only once it is whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'memoir-export-'))
  const out = join(folder, 'maya.jsonl')
  await using api = await startFakeApi({
    'GET /v1/users/maya/export': [
      { text: LINES },
      { text: LINES.slice(0, -10) },
      { text: LINES },
      { status: 404, body: errorBody('not_found', 'There is no such thing here.') },
    ],
  })
  const env = { url: api.url }
  const piped = await memoir(['export', 'maya'], env)
  expect([piped.code, piped.out, piped.err]).toEqual([0, LINES, ''])
  const broken = await memoir(['export', 'maya', '--out', out], env)
  expect([broken.code, await readdir(folder)]).toEqual([1, []])
  expect(broken.err).toContain('not whole')
  const whole = await memoir(['export', 'maya', '--out', out, '--json'], env)
  expect([whole.code, JSON.parse(whole.out)]).toEqual([
    0,
    { file: out, lines: 3, bytes: LINES.length },
  ])
  expect(await readFile(out, 'utf8')).toBe(LINES)
  expect((await memoir(['export', 'maya'], env)).code).toBe(1)
})
