import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import yauzl from 'yauzl'
import { MemoirError } from '../../errors.ts'

/** A file as bytes: itself, or the conversations inside a zip. Never held whole. */

export interface Member {
  /** Name inside the zip; the file's own otherwise. */
  readonly name: string
  readonly size: number
  stream(from: number): AsyncIterable<Buffer>
}

export interface OpenFile extends AsyncDisposable {
  readonly size: number
  readonly modifiedAt: number
  readonly members: readonly Member[]
}

const ZIP_MAGIC = Buffer.from('PK')
const CHUNK_BYTES = 262_144

/** @throws MemoirError `invalid_request` when it cannot be read, or is a zip without conversations */
export async function openFile(path: string): Promise<OpenFile> {
  const facts = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  if (!facts.isFile()) throw unreadable(path)
  const { size, mtimeMs: modifiedAt } = facts
  if (await isZip(path)) return await openZip(path, modifiedAt)
  const stream = (from: number): AsyncIterable<Buffer> =>
    createReadStream(path, { start: from, highWaterMark: CHUNK_BYTES })
  return {
    size,
    modifiedAt,
    members: [{ name: path, size, stream }],
    async [Symbol.asyncDispose]() {},
  }
}

function unreadable(path: string, cause?: unknown): MemoirError {
  return new MemoirError('invalid_request', `FILE: ${path} cannot be read as a file`, {
    cause,
    details: { field: 'FILE', next: 'Check the path and who may read it.' },
  })
}

async function isZip(path: string): Promise<boolean> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error)
  })
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer.equals(ZIP_MAGIC)
  } finally {
    await handle.close()
  }
}

/** What vendors call the file; large accounts have it in numbered parts. */
const CONVERSATIONS = /(^|\/)conversations(-\d+)?\.jsonl?$/
/** Conversations as JSON pack to a fifth or a twentieth; more than this is made to keep somebody busy. */
const MAX_RATIO = 200
/** So much is unpacked in a moment, whatever it is. */
const MAX_FREE_BYTES = 67_108_864
const JSON_FILE = /\.(jsonl?|ndjson)$/

async function openZip(path: string, modifiedAt: number): Promise<OpenFile> {
  const zip = await yauzl.openPromise(path, { autoClose: false }).catch((error: unknown) => {
    throw brokenZip(path, error)
  })
  const all: yauzl.Entry[] = []
  try {
    for await (const entry of zip.eachEntry()) if (JSON_FILE.test(entry.fileName)) all.push(entry)
  } catch (error) {
    zip.close()
    throw brokenZip(path, error)
  }
  const entries = wanted(all)
  const size = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0)
  const packed = (await stat(path)).size
  if (entries.length === 0) {
    zip.close()
    throw new MemoirError('invalid_request', `FILE: ${path} holds no conversations.json`, {
      details: { field: 'FILE', next: 'Unpack it and import the file that has the conversations.' },
    })
  }
  // What unpacks to more than its entry says is broken: yauzl ends it there.
  if (size > MAX_FREE_BYTES && size > packed * MAX_RATIO) {
    zip.close()
    const message = `FILE: ${path} unpacks to ${Math.round(size / packed)} times its size`
    throw new MemoirError('invalid_request', message, {
      details: { field: 'FILE', next: 'No export does. If it is one, unpack it yourself.' },
    })
  }
  return {
    size,
    modifiedAt,
    members: entries.map((entry) => ({
      name: entry.fileName,
      size: entry.uncompressedSize,
      stream: (from) => inflate({ zip, entry, path }, from),
    })),
    async [Symbol.asyncDispose]() {
      zip.close()
    },
  }
}

function wanted(entries: readonly yauzl.Entry[]): yauzl.Entry[] {
  const named = entries.filter(({ fileName }) => CONVERSATIONS.test(fileName))
  const found = named.length > 0 || entries.length > 1 ? named : entries
  return found.toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1))
}

interface Inside {
  readonly zip: yauzl.ZipFile
  readonly entry: yauzl.Entry
  readonly path: string
}

/** A zip can only be read from an entry's beginning: what comes before `from` is unpacked and dropped. */
async function* inflate({ zip, entry, path }: Inside, from: number): AsyncGenerator<Buffer> {
  let position = 0
  for await (const chunk of unpacked({ zip, entry, path })) {
    const skipped = Math.max(0, from - position)
    position += chunk.length
    if (skipped < chunk.length) yield chunk.subarray(skipped)
  }
}

async function* unpacked({ zip, entry, path }: Inside): AsyncGenerator<Buffer> {
  let stream: Readable | undefined
  try {
    stream = await zip.openReadStreamPromise(entry)
    for await (const chunk of stream) if (Buffer.isBuffer(chunk)) yield chunk
  } catch (error) {
    throw brokenZip(path, error)
  } finally {
    stream?.destroy()
  }
}

function brokenZip(path: string, cause: unknown): MemoirError {
  return new MemoirError('invalid_request', `FILE: ${path} is a zip that cannot be read`, {
    cause,
    details: { field: 'FILE', next: 'It may have been cut off; download the export again.' },
  })
}
