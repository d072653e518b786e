import { writeFile } from 'node:fs/promises'
import { describeApi } from '../src/api/app.ts'
import { OPENAPI_FILE, openApi } from './openapi.ts'

/**
 * What clients depend on, in one file: each operation's parameters, body and answers. A change of the API shows as a change of
 * docs/http-shapes.json, and a test fails until it is written anew with `node scripts/http-shapes.ts`, which writes openapi.json too.
 */

export const SHAPES_FILE = new URL('../docs/http-shapes.json', import.meta.url)

/** What is for readers, not for programs. */
const WORDS = new Set(['description', 'summary', 'example', 'tags', 'operationId'])

/** Sorted fields and no words, so that only shapes can differ. */
export function httpShapes(): string {
  const { paths = {}, components = {} } = describeApi()
  return `${JSON.stringify(shapeOf({ paths, components }, []), null, 1)}\n`
}

function shapeOf(value: unknown, path: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => shapeOf(item, path))
  if (typeof value !== 'object' || value === null) return value
  // Below `properties` the names are the API's own.
  const named = path.at(-1) === 'properties'
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => named || !WORDS.has(name))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, shapeOf(inner, [...path, name])]),
  )
}

if (import.meta.main) {
  await writeFile(SHAPES_FILE, httpShapes())
  await writeFile(OPENAPI_FILE, openApi())
}
