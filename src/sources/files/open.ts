import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { MemoirError } from '../../errors.ts'
import { asUtf8, skipped } from './utf8.ts'
import { openZip } from './zip.ts'

/** A file as bytes: itself, or the conversations inside a zip. Never held whole. */

export interface Member {
  /** Name inside the zip; the file's own otherwise. */
  readonly name: string
  readonly size: number
  readonly modifiedAt: Date
  /** UTF-8 without a byte order mark, from a position in it. */
  stream(from: number): AsyncIterable<Buffer>
}

export interface OpenFile extends AsyncDisposable {
  readonly size: number
  readonly modifiedAt: number
  readonly members: readonly Member[]
  /** Who is meant by the ids of people, where the export says so in a file of its own. */
  readonly names?: ReadonlyMap<string, string>
}

const ZIP_MAGIC = Buffer.from('PK')
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])
const CHUNK_BYTES = 262_144

/** @throws MemoirError `invalid_request` when it cannot be read, or is a zip without conversations */
export async function openFile(path: string): Promise<OpenFile> {
  const facts = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  if (!facts.isFile()) throw unreadable(path)
  const { size, mtimeMs: modifiedAt } = facts
  const magic = await firstBytes(path)
  if (magic.equals(ZIP_MAGIC)) return await openZip(path, { size, modifiedAt })
  const bytes = (from: number): AsyncIterable<Buffer> =>
    createReadStream(path, { start: from, highWaterMark: CHUNK_BYTES })
  const isGzip = magic.equals(GZIP_MAGIC)
  const stream = isGzip
    ? (from: number) => skipped(gunzipped(bytes(0), { path, size }), from)
    : bytes
  const name = isGzip ? path.replace(/\.gz$/iu, '') : path
  return {
    size,
    modifiedAt,
    members: [asUtf8({ name, size, modifiedAt: new Date(modifiedAt), stream })],
    async [Symbol.asyncDispose]() {},
  }
}

function unreadable(path: string, cause?: unknown): MemoirError {
  return new MemoirError('invalid_request', `FILE: ${path} cannot be read as a file`, {
    cause,
    details: { field: 'FILE', next: 'Check the path and who may read it.' },
  })
}

async function firstBytes(path: string): Promise<Buffer> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error)
  })
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Conversations as JSON pack to a fifth or a twentieth; more than this is made to keep somebody busy. */
const MAX_RATIO = 200
/** So much is unpacked in a moment, whatever it is. */
const MAX_FREE_BYTES = 67_108_864

async function* gunzipped(
  bytes: AsyncIterable<Buffer>,
  { path, size }: { readonly path: string; readonly size: number },
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip()
  const feed = async () => {
    for await (const chunk of bytes) {
      if (gunzip.destroyed) return
      if (!gunzip.write(chunk)) await new Promise((resolve) => gunzip.once('drain', resolve))
    }
    gunzip.end()
  }
  feed().catch((error: unknown) => gunzip.destroy(error instanceof Error ? error : undefined))
  let unpacked = 0
  try {
    for await (const chunk of gunzip) {
      if (!Buffer.isBuffer(chunk)) continue
      unpacked += chunk.length
      if (unpacked > MAX_FREE_BYTES && unpacked > size * MAX_RATIO)
        throw new Error('unpacks to too much')
      yield chunk
    }
  } catch (error) {
    throw new MemoirError('invalid_request', `FILE: ${path} is a gzip that cannot be read`, {
      cause: error,
      details: { field: 'FILE', next: 'It may have been cut off; download the export again.' },
    })
  } finally {
    gunzip.destroy()
  }
}
