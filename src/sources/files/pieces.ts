/** Cuts a stream of bytes into records without understanding them: each is parsed by itself, so a broken one costs only itself. */

export interface Piece {
  /** Null when the record was refused; its bytes were passed over. */
  readonly bytes: Buffer | null
  /** Larger than `MAX_RECORD_BYTES`, or nested deeper than `MAX_RECORD_DEPTH`. */
  readonly refused: Refused | null
  /** Where in the stream the record ends: reading goes on from there. */
  readonly end: number
  /** False when the stream ended inside it. */
  readonly whole: boolean
}

/** A conversation is held whole; what is larger than this would break the bound on memory. */
export const MAX_RECORD_BYTES = 33_554_432
/** Exports nest some ten deep. What is open has to be kept in mind, by this and by the parser, so it is bounded too. */
export const MAX_RECORD_DEPTH = 256

export type Refused = 'large' | 'deep'

const NEWLINE = 0x0a

/** The bytes of one record as they come in. */
class Gathering {
  #parts: Buffer[] = []
  #size = 0
  #refused: Refused | null = null
  readonly #maxBytes: number

  constructor(maxBytes = MAX_RECORD_BYTES) {
    this.#maxBytes = maxBytes
  }

  add(part: Buffer): void {
    this.#size += part.length
    if (this.#size > this.#maxBytes) this.refuse('large')
    if (this.#refused === null) this.#parts.push(part)
  }

  /** Nothing of it is kept, however it goes on. */
  refuse(why: Refused): void {
    this.#refused ??= why
    this.#parts = []
  }

  get empty(): boolean {
    return this.#size === 0
  }

  take(): Pick<Piece, 'bytes' | 'refused'> {
    const refused = this.#refused
    const bytes = refused === null ? Buffer.concat(this.#parts) : null
    this.#parts = []
    this.#size = 0
    this.#refused = null
    return { bytes, refused }
  }
}

/** One piece a line, empty lines included: lines are counted. `from` is the position of the stream's first byte. */
export async function* lines(stream: AsyncIterable<Buffer>, from: number): AsyncGenerator<Piece> {
  const gathering = new Gathering()
  let position = from
  for await (const chunk of stream) {
    let start = 0
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, start)) {
      gathering.add(chunk.subarray(start, at))
      start = at + 1
      yield { ...gathering.take(), end: position + start, whole: true }
    }
    gathering.add(chunk.subarray(start))
    position += chunk.length
  }
  if (!gathering.empty) yield { ...gathering.take(), end: position, whole: true }
}

/** All of it as one piece. */
export async function* whole(stream: AsyncIterable<Buffer>, from: number): AsyncGenerator<Piece> {
  const gathering = new Gathering()
  let position = from
  for await (const chunk of stream) {
    gathering.add(chunk)
    position += chunk.length
  }
  if (!gathering.empty) yield { ...gathering.take(), end: position, whole: true }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const OPEN_OBJECT = 0x7b
const CLOSE_LIST = 0x5d
const CLOSE_OBJECT = 0x7d

const isSpace = (byte: number) =>
  byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09
const opens = (byte: number) => byte === OPEN_LIST || byte === OPEN_OBJECT
const closerOf = (byte: number) => (byte === OPEN_LIST ? CLOSE_LIST : CLOSE_OBJECT)
const closes = (byte: number) => byte === CLOSE_LIST || byte === CLOSE_OBJECT

/**
 * One piece a JSON value that stands in a list, or one after another with nothing around them. Only brackets and strings are
 * looked at. The stream begins inside the list, at a value or a comma; the list's own end ends it.
 */
export async function* values(stream: AsyncIterable<Buffer>, from: number): AsyncGenerator<Piece> {
  for await (const { start: _, ...piece } of cutValues(stream, from, new Cutter())) yield piece
}

/** One member of an object. */
export interface Entry {
  readonly name: string
  /** The value; what is larger than asked for was passed over. */
  readonly value: Piece
  /** Where the value begins. */
  readonly start: number
}

/** The members of the object that the stream begins in, right after its bracket; values of more than `maxBytes` are passed over. */
export async function* entries(
  stream: AsyncIterable<Buffer>,
  from: number,
  maxBytes: number,
): AsyncGenerator<Entry> {
  let name: string | undefined
  for await (const { start, ...value } of cutValues(stream, from, new Cutter(maxBytes))) {
    if (name === undefined) {
      name = nameOf(value)
      if (name === undefined) return
    } else {
      yield { name, value, start }
      name = undefined
    }
  }
}

function nameOf({ bytes }: Piece): string | undefined {
  try {
    const name: unknown = JSON.parse(bytes?.toString('utf8') ?? '')
    return typeof name === 'string' ? name : undefined
  } catch {
    return undefined
  }
}

interface PlacedPiece extends Piece {
  readonly start: number
}

async function* cutValues(
  stream: AsyncIterable<Buffer>,
  from: number,
  cutter: Cutter,
): AsyncGenerator<PlacedPiece> {
  let position = from
  for await (const chunk of stream) {
    for (const piece of cutter.cut(chunk, position)) yield { ...piece, whole: true }
    if (cutter.ended) return
    position += chunk.length
  }
  const rest = cutter.rest()
  if (rest) yield { ...rest, end: position }
}

type Place = 'between' | 'bare' | 'string' | 'nested'

class Cutter {
  readonly #gathering: Gathering
  /** Names and their values are cut alike, with a colon between them. */
  readonly #ofObject: boolean
  #place: Place = 'between'
  /** Where the value begins that is being cut. */
  #start = 0
  /** What closes each list and object that is open, as deep as a record may be nested. */
  readonly #open: number[] = []
  /** How many are open beyond that; what kind each is does not matter any more. */
  #beyond = 0
  #inString = false
  #escaped = false
  /** The list that holds the values was closed. */
  ended = false

  /** @param maxBytesInObject set where the values are those of an object */
  constructor(maxBytesInObject?: number) {
    this.#gathering = new Gathering(maxBytesInObject)
    this.#ofObject = maxBytesInObject !== undefined
  }

  /** What the stream ended in. A number or a word has no end of its own. */
  rest(): Omit<PlacedPiece, 'end'> | null {
    if (this.#gathering.empty) return null
    return { ...this.#gathering.take(), start: this.#start, whole: this.#place === 'bare' }
  }

  *cut(chunk: Buffer, position: number): Generator<Omit<PlacedPiece, 'whole'>> {
    let start = 0
    for (let at = 0; at < chunk.length && !this.ended; at += 1) {
      const byte = chunk[at] ?? 0
      if (this.#place === 'between') {
        this.#begin(byte)
        start = at
        this.#start = position + at
        continue
      }
      const after = this.#inside(byte)
      if (after === null) continue
      this.#gathering.add(chunk.subarray(start, at + after))
      yield { ...this.#gathering.take(), start: this.#start, end: position + at + after }
    }
    if (this.#place !== 'between') this.#gathering.add(chunk.subarray(start))
  }

  #begin(byte: number): void {
    if (byte === COMMA || isSpace(byte) || (this.#ofObject && byte === COLON)) return
    if (byte === CLOSE_LIST || (this.#ofObject && byte === CLOSE_OBJECT)) this.ended = true
    else if (opens(byte)) {
      this.#place = 'nested'
      this.#opened(byte)
    } else if (byte === QUOTE) {
      this.#place = 'string'
      this.#inString = true
    } else this.#place = 'bare'
  }

  /** @returns where the value ends, as bytes after this one's beginning; null while it goes on */
  #inside(byte: number): 0 | 1 | null {
    if (this.#inString) return this.#insideString(byte)
    if (this.#place === 'bare') {
      const ends = byte === CLOSE_LIST || (this.#ofObject && byte === CLOSE_OBJECT)
      if (byte !== COMMA && !isSpace(byte) && !ends) return null
      this.#place = 'between'
      this.ended = ends
      return 0
    }
    if (byte === QUOTE) this.#inString = true
    else if (opens(byte)) this.#opened(byte)
    // One that does not fit ends the value there: it is broken, and what follows may be whole again.
    else if (closes(byte) && !this.#closed(byte)) return this.#end()
    return this.#open.length > 0 ? null : this.#end()
  }

  #opened(byte: number): void {
    if (this.#open.length < MAX_RECORD_DEPTH) {
      this.#open.push(closerOf(byte))
      return
    }
    this.#beyond += 1
    this.#gathering.refuse('deep')
  }

  /** @returns whether it closes what was opened last */
  #closed(byte: number): boolean {
    if (this.#beyond === 0) return this.#open.pop() === byte
    this.#beyond -= 1
    return true
  }

  #insideString(byte: number): 1 | null {
    if (this.#escaped) this.#escaped = false
    else if (byte === BACKSLASH) this.#escaped = true
    else if (byte === QUOTE) this.#inString = false
    return this.#inString || this.#place === 'nested' ? null : this.#end()
  }

  #end(): 1 {
    this.#place = 'between'
    this.#open.length = 0
    this.#beyond = 0
    return 1
  }
}
