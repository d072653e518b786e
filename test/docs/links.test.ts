import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** Every page of prose, as paths from the root of the project. */
const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]
const textOf = (page: string) => readFileSync(join(root, page), 'utf8')
const withoutCode = (text: string) => text.replaceAll(/^```[\s\S]*?^```/gm, '')

/** As GitHub names headings. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')
const anchorsOf = (page: string) =>
  [...withoutCode(textOf(page)).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) =>
    anchorOf(heading),
  )

interface Link {
  readonly page: string
  readonly target: string
}

const links: readonly Link[] = pages.flatMap((page) =>
  [...withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({
    page,
    target,
  })),
)

/** @returns why a link leads nowhere; undefined for one that does, and for addresses elsewhere */
function faultOf({ page, target }: Link): string | undefined {
  if (/^[a-z]+:/i.test(target)) return undefined
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : normalize(join(dirname(page), path))
  if (!existsSync(join(root, file))) return `${page}: there is no ${file}`
  if (anchor === undefined || !file.endsWith('.md')) return undefined
  return anchorsOf(file).includes(anchor) ? undefined : `${page}: ${file} has no #${anchor}`
}

test('no link of the documentation leads nowhere', () => {
  expect(links.length).toBeGreaterThan(50)
  expect(links.flatMap((link) => faultOf(link) ?? [])).toEqual([])
})

test('each page of the documentation is listed in docs/README.md', () => {
  const listed = new Set(
    links.filter(({ page }) => page === 'docs/README.md').map(({ target }) => target),
  )
  const names = pages.filter((page) => page.startsWith('docs/')).map((page) => page.slice(5))
  expect(names.filter((name) => name !== 'README.md' && !listed.has(name))).toEqual([])
})
