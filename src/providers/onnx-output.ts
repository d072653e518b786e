import { closeSync, openSync, readSync } from 'node:fs'

/**
 * How long the vectors of an ONNX file are, read from its header: a model is opened in a thread of its own, and an embedder has to
 * say what it makes before that. Only lengths are read and everything else is skipped, so a model of gigabytes takes no longer.
 * Field numbers are those of onnx.proto (ONNX, Apache-2.0).
 */

const GRAPH = 7
const OUTPUT = 12
const VALUE = { name: 1, type: 2 }
const TENSOR_TYPE = 1
const SHAPE = 2
const DIMENSION = 1
const DIMENSION_VALUE = 1

const VARINT = 0
const FIXED_64 = 1
const DELIMITED = 2
const FIXED_32 = 5
/** A varint takes ten bytes at most, and two come in a row. */
const HEADER_BYTES = 20

interface Field {
  readonly number: number
  /** Of a number. */
  readonly value: number
  /** Of bytes. */
  readonly from: number
  readonly to: number
}

type ReadBytes = (at: number, length: number) => Uint8Array

export interface OnnxOutput {
  readonly name: string
  /** The last dimension; null where the file leaves it open. */
  readonly length: number | null
  readonly rank: number
}

/** @throws Error when the file is no ONNX model */
export function readOnnxOutputs(file: string): OnnxOutput[] {
  const handle = openSync(file, 'r')
  try {
    const read: ReadBytes = (at, length) => {
      const bytes = new Uint8Array(length)
      return bytes.subarray(0, readSync(handle, bytes, 0, length, at))
    }
    for (const graph of fieldsOf(read, 0, Number.MAX_SAFE_INTEGER)) {
      if (graph.number !== GRAPH) continue
      const outputs = [...fieldsOf(read, graph.from, graph.to)].filter(
        ({ number }) => number === OUTPUT,
      )
      return outputs.map(({ from, to }) => outputOf(read(from, to - from)))
    }
    throw new Error('it holds no graph')
  } finally {
    closeSync(handle)
  }
}

function outputOf(bytes: Uint8Array): OnnxOutput {
  const read: ReadBytes = (at, length) => bytes.subarray(at, at + length)
  const inside = (field: Field | undefined, number: number) =>
    field === undefined
      ? []
      : [...fieldsOf(read, field.from, field.to)].filter((each) => each.number === number)
  const whole: Field = { number: 0, value: 0, from: 0, to: bytes.length }
  const [name] = inside(whole, VALUE.name)
  const [type] = inside(whole, VALUE.type)
  const [tensor] = inside(type, TENSOR_TYPE)
  const [shape] = inside(tensor, SHAPE)
  const dimensions = inside(shape, DIMENSION)
  const [last] = inside(dimensions.at(-1), DIMENSION_VALUE)
  return {
    name: name === undefined ? '' : new TextDecoder().decode(bytes.subarray(name.from, name.to)),
    length: last !== undefined && last.value > 0 ? last.value : null,
    rank: dimensions.length,
  }
}

/** The fields of a protobuf message, in order; it ends with the file. */
function* fieldsOf(read: ReadBytes, from: number, to: number): Generator<Field> {
  let at = from
  while (at < to) {
    const header = read(at, HEADER_BYTES)
    if (header.length === 0) return
    const key = varint(header, 0)
    const number = Math.floor(key.value / 8)
    const wire = key.value % 8
    if (wire === DELIMITED) {
      const length = varint(header, key.size)
      const begin = at + key.size + length.size
      yield { number, value: 0, from: begin, to: begin + length.value }
      at = begin + length.value
    } else {
      const value = wire === VARINT ? varint(header, key.size) : { value: 0, size: sizeOf(wire) }
      yield { number, value: value.value, from: at, to: at }
      at += key.size + value.size
    }
  }
}

function sizeOf(wire: number): number {
  if (wire === FIXED_64) return 8
  if (wire === FIXED_32) return 4
  throw new Error('it is not a protobuf message')
}

function varint(bytes: Uint8Array, from: number): { value: number; size: number } {
  let value = 0
  let scale = 1
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    value += (byte % 128) * scale
    if (byte < 128) return { value, size: at - from + 1 }
    scale *= 128
  }
  throw new Error('it ends in the middle')
}
