import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openFile } from '../../../src/sources/files/open.ts'
import { detectFormat, readRecords, type FilePosition } from '../../../src/sources/files/read.ts'
import { zipOf } from './zip.ts'

const FOLDER = fileURLToPath(new URL('../../fixtures/imports/', import.meta.url))
const FILES = {
  chatgpt: 'chatgpt.json',
  claude: 'claude.json',
  memoir: 'memoir.jsonl',
  mem0: 'mem0.json',
  zep: 'zep.json',
} as const
const NAMES = ['chatgpt', 'claude', 'memoir', 'mem0', 'zep'] as const

/** What a file gives, as JSON. */
async function read(path: string, { user, from }: { user?: string; from?: FilePosition } = {}) {
  await using file = await openFile(path)
  const format = await detectFormat(file)
  const records: unknown[] = []
  const positions: FilePosition[] = []
  const options = { format, user, ...(from === undefined ? {} : { from }) }
  for await (const { where, made, next } of readRecords(file, options)) {
    records.push({ where, ...made })
    positions.push(next)
  }
  return { format, records: JSON.parse(JSON.stringify(records)) as unknown[], positions }
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'memoir-files-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

test.each(NAMES)('%s is recognised and becomes what its golden file says', async (name) => {
  const { format, records } = await read(join(FOLDER, FILES[name]), { user: 'maya' })
  expect(format).toBe(name)
  expect(records).toEqual(JSON.parse(await readFile(join(FOLDER, `${name}.golden.json`), 'utf8')))
})

test.each(NAMES)('%s read on from any record gives the rest', async (name) => {
  const path = join(FOLDER, FILES[name])
  const { records, positions } = await read(path, { user: 'maya' })
  for (const [index, from] of positions.entries()) {
    const rest = await read(path, { user: 'maya', from })
    expect(rest.records).toEqual(records.slice(index + 1))
  }
})

test('a zip gives what the file inside gives, also from the middle', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'export.zip')
    const inside = await readFile(join(FOLDER, FILES.chatgpt))
    await writeFile(path, zipOf({ 'chat.html': Buffer.from('x'), 'a/conversations.json': inside }))
    const zipped = await read(path, { user: 'maya' })
    const plain = await read(join(FOLDER, FILES.chatgpt), { user: 'maya' })
    expect(zipped).toEqual(plain)
    const [first] = zipped.positions
    if (first === undefined) throw new Error('no record')
    expect((await read(path, { user: 'maya', from: first })).records).toEqual(
      plain.records.slice(1),
    )
  })
})

test('conversations in numbered parts are read one after another', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'export.zip')
    const inside = await readFile(join(FOLDER, FILES.claude))
    const parts = { 'conversations-001.json': inside, 'conversations-000.json': inside }
    await writeFile(path, zipOf(parts))
    const { records } = await read(path)
    expect(records.map((record) => (record as { where: string }).where)).toEqual([
      'conversations-000.json record 1',
      'conversations-000.json record 2',
      'conversations-001.json record 1',
      'conversations-001.json record 2',
    ])
  })
})

test('a zip that was cut off, and one without conversations, are refused', async () => {
  await inFolder(async (folder) => {
    const whole = zipOf({ 'conversations.json': Buffer.from('[]') })
    const path = join(folder, 'export.zip')
    await writeFile(path, whole.subarray(0, whole.length - 10))
    await expect(openFile(path)).rejects.toMatchObject({ code: 'invalid_request' })
    await writeFile(path, zipOf({ 'readme.txt': Buffer.from('x') }))
    await expect(openFile(path)).rejects.toThrow(/conversations\.json/)
  })
})

test('a zip whose content is damaged says so', async () => {
  await inFolder(async (folder) => {
    const inside = await readFile(join(FOLDER, FILES.claude))
    const whole = zipOf({ 'conversations.json': inside })
    const path = join(folder, 'export.zip')
    await writeFile(path, whole.fill(0xff, 200, 260))
    await expect(read(path)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('cannot be read') as string,
    })
  })
})

test('a line of nothing but brackets is listed with its reason, and the rest is read', async () => {
  await inFolder(async (folder) => {
    const message = { role: 'user', content: 'Hello.', created_at: '2026-01-02T03:04:05Z' }
    const line = JSON.stringify({ id: 'c-1', user_id: 'ada', messages: [message] })
    const path = join(folder, 'deep.jsonl')
    await writeFile(path, `${line}\n${'['.repeat(20_000_000)}\n${line}\n`)
    const before = process.resourceUsage().maxRSS * 1_024

    const { records } = await read(path)

    const problem = { field: '', message: 'is nested more than 256 deep' }
    expect(records).toMatchObject([
      { kind: 'conversation' },
      { where: 'line 2', kind: 'problem', problem },
      { kind: 'conversation' },
    ])
    expect(process.resourceUsage().maxRSS * 1_024 - before).toBeLessThan(300 * 1_048_576)
  })
})

test('a zip bomb is refused before it is unpacked', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'bomb.zip')
    await writeFile(path, zipOf({ 'conversations.json': Buffer.alloc(200 * 1_048_576, ' ') }))
    const began = performance.now()
    await expect(openFile(path)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(/unpacks to \d+ times its size/) as string,
    })
    expect(performance.now() - began).toBeLessThan(1_000)
    // One that says less than it holds is no way round that.
    const lying = zipOf({ 'conversations.json': Buffer.alloc(200 * 1_048_576, ' ') })
    const size = lying.lastIndexOf(Buffer.from('PK\u0001\u0002')) + 24
    lying.writeUInt32LE(1_000_000, size)
    await writeFile(path, lying)
    await expect(read(path)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('cannot be read') as string,
    })
  })
})
