import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { environmentSchema, loadConfig } from '../src/config.ts'

/** Lines such as `#PORT=8080`, with or without the mark; prose has a space after it. */
const ASSIGNMENT = /^#?([A-Z][A-Z0-9_]*)=(.*)$/

const lines = readFileSync(new URL('../.env.example', import.meta.url), 'utf8').split('\n')
const shown = lines.flatMap((line) => {
  const match = ASSIGNMENT.exec(line)
  return match ? [[match[1] ?? '', match[2] ?? ''] as const] : []
})
/** The prose right above the group of variables that a name stands in. */
function commentOf(name: string): string {
  const above = lines.slice(
    0,
    lines.findIndex((line) => line.startsWith(`#${name}=`)),
  )
  const group = above.slice(above.findLastIndex((line) => line === '') + 1)
  const last = group.findLastIndex((line) => line.startsWith('# '))
  const first = group.slice(0, last).findLastIndex((line) => !line.startsWith('# ')) + 1
  return group.slice(first, last + 1).join(' ')
}

const known = Object.keys(environmentSchema.shape)

test('the example shows every variable that is read, each once, and no other', () => {
  expect(shown.map(([name]) => name).toSorted()).toEqual(known.toSorted())
})

test('the values it shows are accepted, all together', () => {
  const config = loadConfig(Object.fromEntries(shown))
  expect(config.PORT).toBe(8080)
  expect([...config.given].toSorted()).toEqual(known.toSorted())
})

test('where there is a default, it is the one that is shown; the rest is said to have none', () => {
  const defaults = environmentSchema.parse({})
  const parsed = environmentSchema.parse(Object.fromEntries(shown))
  const differing = known.filter((name) => {
    const key = name as keyof typeof defaults
    return JSON.stringify(defaults[key]) !== JSON.stringify(parsed[key])
  })
  expect(differing.filter((name) => !/\bNone\b/.test(commentOf(name)))).toEqual([])
})

test('nothing is set until somebody takes the mark away', () => {
  expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([])
})
