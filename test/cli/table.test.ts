import { expect, test } from 'vitest'
import { columnsOf, cut, table, wrap } from '../../src/cli/table.ts'

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

test('what does not fit is wrapped between words, under its head', () => {
  const lines = table(['A', 'TEXT'], [['x', 'one two three four five six seven eight nine']], {
    width: 45,
  })
  expect(lines).toEqual(['A  TEXT', 'x  one two three four five six seven eight', '   nine'])
})

test('a column that would be narrow stands below its row, as wide as the terminal', () => {
  const id = '0199f3a4-7c3e-7c52-9d0e-6a1f4b7c2d10'
  const rows = [[id, '2026-03-04 18:03', 'message', 'word '.repeat(80)]]
  const [head, row, ...text] = table(['ID', 'WHEN', 'KIND', 'TEXT'], rows, { width: 80 })
  expect(head).toMatch(/^ID +WHEN +KIND$/)
  expect(row).toBe(`${id}  2026-03-04 18:03  message`)
  expect(text).toHaveLength(4)
  for (const each of text) expect(columnsOf(each)).toBeLessThanOrEqual(80)
  expect(text[0]).toMatch(/^ {2}(word ){14}word$/)
  expect(text[3]).toMatch(/…$/)
})

test('without a terminal each row is one line, whole', () => {
  const long = 'word '.repeat(400).trim()
  expect(table(['A', 'TEXT'], [['x', long]])[1]).toBe(`x  ${long}`)
})

test('words that are too long, and signs of two columns, are broken where the line ends', () => {
  expect(wrap('x'.repeat(25), 10)).toEqual(['x'.repeat(10), 'x'.repeat(10), 'x'.repeat(5)])
  expect(wrap('東京タワーへ行く', 7)).toEqual(['東京タ', 'ワーへ', '行く'])
  expect(wrap('', 10)).toEqual([''])
  expect(wrap('one two three', 7, 1)).toEqual(['one tw…'])
})

test('what is painted is measured without its colour', () => {
  const lines = table(['STATE', 'N'], [['failed', '1']], {
    paint: (text, { row }) => (row === 0 ? text : `<${text}>`),
  })
  expect(lines).toEqual(['STATE   N', '<failed>  <1>'])
})
