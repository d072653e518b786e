import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SHAPES_FILE, httpShapes } from '../../scripts/http-shapes.ts'

test('docs/http-shapes.json says what the API is; `node scripts/http-shapes.ts` writes it', () => {
  expect(readFileSync(SHAPES_FILE, 'utf8')).toBe(httpShapes())
})
