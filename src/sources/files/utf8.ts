import type { Member } from './open.ts'

/** Files of Windows programs are UTF-16, and many begin with a byte order mark; everything behind this reads UTF-8. */

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

interface Found {
  readonly encoding: Encoding
  /** Bytes of the byte order mark. */
  readonly mark: number
}

/** The same member in UTF-8: positions count its bytes. */
export function asUtf8(member: Member): Member {
  let known: Promise<Found> | undefined
  return {
    ...member,
    async *stream(from) {
      known ??= encodingOf(member)
      const { encoding, mark } = await known
      if (encoding === 'utf-8') yield* member.stream(from + mark)
      else yield* skipped(decoded(member.stream(mark), encoding), from)
    },
  }
}

async function encodingOf(member: Member): Promise<Found> {
  const [a, b, c] = await headOf(member)
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', mark: 3 }
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', mark: 2 }
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', mark: 2 }
  // JSON begins with a sign of ASCII: half of it is zero in UTF-16.
  if (a !== 0 && b === 0) return { encoding: 'utf-16le', mark: 0 }
  return { encoding: a === 0 && b !== undefined && b !== 0 ? 'utf-16be' : 'utf-8', mark: 0 }
}

const MARK_BYTES = 3

async function headOf(member: Member): Promise<Buffer> {
  let head = Buffer.alloc(0)
  for await (const chunk of member.stream(0)) {
    head = Buffer.concat([head, chunk.subarray(0, MARK_BYTES)])
    if (head.length >= MARK_BYTES) break
  }
  return head
}

async function* decoded(bytes: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding)
  for await (const chunk of bytes) yield Buffer.from(decoder.decode(chunk, { stream: true }))
  yield Buffer.from(decoder.decode())
}

/** What can only be read from its beginning, without what comes before `from`. */
export async function* skipped(bytes: AsyncIterable<Buffer>, from: number): AsyncGenerator<Buffer> {
  let position = 0
  for await (const chunk of bytes) {
    const skip = Math.max(0, from - position)
    position += chunk.length
    if (skip < chunk.length) yield chunk.subarray(skip)
  }
}
