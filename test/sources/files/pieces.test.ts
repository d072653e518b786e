import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  lines,
  MAX_RECORD_BYTES,
  MAX_RECORD_DEPTH,
  values,
  type Piece,
} from '../../../src/sources/files/pieces.ts'

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function all(pieces: AsyncIterable<Piece>): Promise<Piece[]> {
  const found: Piece[] = []
  for await (const piece of pieces) found.push(piece)
  return found
}

const textsOf = (pieces: readonly Piece[]) => pieces.map(({ bytes }) => bytes?.toString('utf8'))
const cut = async (text: string, size = 5) =>
  await all(values(inChunks(Buffer.from(text), size), 0))

test('values of a list come out as they went in, wherever the chunks are cut', async () => {
  const list = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(
      list,
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      async (given, size, loose) => {
        const text = JSON.stringify(given, null, loose ? 2 : 0)
        const pieces = await all(values(inChunks(Buffer.from(text).subarray(1), size), 1))
        expect(
          pieces.map(({ bytes }) => JSON.parse(bytes?.toString('utf8') ?? '') as unknown),
        ).toEqual(JSON.parse(text))
      },
    ),
  )
})

test('reading on from the end of any value gives the rest', async () => {
  const text = ' {"a": "]}\\""}, 12 ,[[1], {}],"x", null]'
  const pieces = await cut(text)
  expect(textsOf(pieces)).toEqual(['{"a": "]}\\""}', '12', '[[1], {}]', '"x"', 'null'])
  for (const [index, { end }] of pieces.entries()) {
    const rest = await all(values(inChunks(Buffer.from(text).subarray(end), 3), end))
    expect(rest).toEqual(pieces.slice(index + 1))
  }
})

test('a bracket that does not fit costs its own value, and what follows is read', async () => {
  expect(textsOf(await cut('{"a": [1}, {"b": 2}, {"c": ]}, {"d": 4}]'))).toEqual([
    '{"a": [1}',
    '{"b": 2}',
    '{"c": ]',
    '}',
    '{"d": 4}',
  ])
})

test('a value that the stream ends in is told as such', async () => {
  const pieces = await cut('{"a": 1}, {"b": "cut of')
  expect(pieces.map(({ whole }) => whole)).toEqual([true, false])
})

test('lines are counted with the empty ones, and the last needs no end', async () => {
  const bytes = Buffer.from('one\n\nthree\r\nfour')
  for (const size of [1, 4, 100]) {
    const pieces = await all(lines(inChunks(bytes, size), 10))
    expect(textsOf(pieces)).toEqual(['one', '', 'three\r', 'four'])
    expect(pieces.map(({ end }) => end)).toEqual([14, 15, 22, 26])
  }
})

test('what is too large to hold is passed over, and what follows is read', async () => {
  const megabyte = Buffer.alloc(1_048_576, 'x')
  async function* stream(): AsyncGenerator<Buffer> {
    yield Buffer.from('"')
    for (let size = 0; size <= MAX_RECORD_BYTES; size += megabyte.length) yield megabyte
    yield Buffer.from('", 7]')
  }
  const pieces = await all(values(stream(), 0))
  expect(textsOf(pieces)).toEqual([undefined, '7'])
})

test('brackets without end are passed over in bounded memory', async () => {
  async function* brackets(): AsyncGenerator<Buffer> {
    for (let n = 0; n < 400; n += 1) yield Buffer.alloc(262_144, n % 2 === 0 ? '[' : '{"a":')
  }
  const before = process.resourceUsage().maxRSS * 1_024

  const pieces = await all(values(brackets(), 0))

  expect(pieces).toMatchObject([{ bytes: null, refused: 'deep', whole: false }])
  expect(process.resourceUsage().maxRSS * 1_024 - before).toBeLessThan(200 * 1_048_576)
})

test('a record that is nested too deep costs itself, and the next one is read', async () => {
  const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}"]"${'}]'.repeat(depth / 2)}`
  const fits = nested(MAX_RECORD_DEPTH)
  const pieces = await cut(`${nested(MAX_RECORD_DEPTH + 2)}, 1, ${fits}]`, 100)
  expect(pieces.map(({ bytes, refused }) => refused ?? bytes?.toString())).toEqual([
    'deep',
    '1',
    fits,
  ])
})
