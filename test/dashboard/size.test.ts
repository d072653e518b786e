import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { buildDashboard } from './browser.ts'

const DIST = new URL('../../dashboard/dist/', import.meta.url)
const read = (path: string) => readFileSync(new URL(path.replace(/^\//, ''), DIST))

beforeAll(buildDashboard)

/** The page's own files, and what those import at once. */
function firstPage(): string[] {
  const found = [
    ...read('index.html')
      .toString()
      .matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g),
  ]
  const files = new Set(found.map(([, path = '']) => path))
  for (const path of files) {
    if (!path.endsWith('.js')) continue
    const imports = read(path)
      .toString()
      .matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)
    for (const [, name = ''] of imports) files.add(`/assets/${name}`)
  }
  return [...files]
}

test('the first page is under 200 kB on the wire', () => {
  const files = firstPage()
  expect(files.length).toBeGreaterThan(1)
  const bytes = files.reduce((sum, path) => sum + gzipSync(read(path)).length, 0)
  expect(bytes / 1000).toBeLessThan(200)
})

test('nothing is inline', () => {
  const page = read('index.html').toString()
  expect(page).not.toMatch(/<style|style=|<script>|\son[a-z]+=/)
  expect(page).not.toContain('https://')
})
