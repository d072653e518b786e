import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/**
 * An embedding model of a few kilobytes: the vector of a token is a row of a table. Written as ONNX by hand, with the field numbers of
 * onnx.proto.
 */

export const TINY_WORDS = ['cat', 'dog', 'bird', 'fish', 'query', 'passage']
export const TINY_DIMENSIONS = 8
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]']
const VOCABULARY = [...SPECIAL, ...TINY_WORDS]

export interface TinyModel {
  /** By default only `input_ids`. */
  readonly inputs?: readonly string[]
  /** Open: the file does not say how long its vectors are. */
  readonly openLength?: boolean
  /** Other files of the folder, by path. */
  readonly files?: Readonly<Record<string, unknown>>
  readonly name?: string
  readonly modelFile?: string
}

/** The row of a token: a one where its number says, so that a mean shows which tokens were read. */
export function tinyRow(token: number): number[] {
  return Array.from({ length: TINY_DIMENSIONS }, (_, at) =>
    at === token % TINY_DIMENSIONS ? 1 : 0.125 * token,
  )
}

export const tokenOf = (word: string) => VOCABULARY.indexOf(word)

/** @returns the folder */
export function writeTinyModel({
  inputs = ['input_ids'],
  openLength = false,
  files = {},
  name = 'tiny',
  modelFile = 'model.onnx',
}: TinyModel = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'memoir-model-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const folder = join(root, name)
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  write(modelFile, onnx(inputs, openLength))
  write('tokenizer.json', JSON.stringify(TOKENIZER))
  for (const [path, content] of Object.entries(files)) write(path, JSON.stringify(content))
  return folder
}

const special = (content: string) => ({
  id: tokenOf(content),
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
})

const TOKENIZER = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: SPECIAL.map(special),
  normalizer: null,
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
    },
  },
  decoder: null,
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(VOCABULARY.map((word, id) => [word, id])),
  },
}

const FLOAT = 1
const INT64 = 7

function onnx(inputs: readonly string[], openLength: boolean): Uint8Array {
  const table = Float32Array.from(VOCABULARY.flatMap((_, token) => tinyRow(token)))
  const weights = message(
    ...[VOCABULARY.length, TINY_DIMENSIONS].map((size) => number(1, size)),
    number(2, FLOAT),
    text(8, 'table'),
    bytes(9, new Uint8Array(table.buffer)),
  )
  const gather = message(
    text(1, 'table'),
    text(1, 'input_ids'),
    text(2, 'last_hidden_state'),
    text(4, 'Gather'),
  )
  const graph = message(
    bytes(1, gather),
    text(2, 'tiny'),
    bytes(5, weights),
    ...inputs.map((name) => bytes(11, valueInfo(name, INT64, ['batch', 'tokens']))),
    bytes(
      12,
      valueInfo('last_hidden_state', FLOAT, [
        'batch',
        'tokens',
        openLength ? 'length' : TINY_DIMENSIONS,
      ]),
    ),
  )
  return message(number(1, 8), bytes(7, graph), bytes(8, message(number(2, 13))))
}

function valueInfo(name: string, type: number, shape: readonly (string | number)[]): Uint8Array {
  const dimensions = shape.map((size) =>
    bytes(1, message(typeof size === 'number' ? number(1, size) : text(2, size))),
  )
  const tensor = message(number(1, type), bytes(2, message(...dimensions)))
  return message(text(1, name), bytes(2, message(bytes(1, tensor))))
}

const message = (...fields: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(fields))

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
}

const number = (field: number, value: number) => Uint8Array.from([field * 8, ...varint(value)])

const bytes = (field: number, content: Uint8Array) =>
  message(Uint8Array.from([field * 8 + 2, ...varint(content.length)]), content)

const text = (field: number, content: string) => bytes(field, new TextEncoder().encode(content))
