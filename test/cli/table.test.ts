import { expect, test } from 'vitest'
import { columnsOf, cut, table } from '../../src/cli/table.ts'

test('text of two columns a sign is measured and cut by columns', () => {
  expect(columnsOf('héllo')).toBe(5)
  expect(columnsOf('東京')).toBe(4)
  expect(columnsOf('👩‍👧')).toBe(2)
  expect(cut('東京タワー', 5)).toBe('東京…')
  expect(columnsOf(cut('東京タワー', 6))).toBeLessThanOrEqual(6)
  expect(cut('short', 5)).toBe('short')
  expect(cut('longer', 5)).toBe('long…')
})

test('columns stand under each other, whatever is in them', () => {
  const lines = table(
    ['A', 'TEXT'],
    [
      ['東京', 'one'],
      ['x', 'two\nthree'],
    ],
  )
  expect(lines).toEqual(['A     TEXT', '東京  one', 'x     two three'])
})

test('the last column gets what the width leaves, but never too little to read', () => {
  const long = 'word '.repeat(40)
  const [, fitted] = table(['A', 'TEXT'], [['x', long]], 40)
  expect(columnsOf(fitted ?? '')).toBeLessThanOrEqual(40)
  const [, narrow] = table(['A', 'TEXT'], [['x'.repeat(30), long]], 20)
  expect(narrow).toMatch(/^x{30} {2}word.*…$/)
})
