import { expect, test } from 'vitest'
import { createTurns } from '../../src/domain/turns.ts'

const drain = <Item>(turns: ReturnType<typeof createTurns<Item>>): Item[] => {
  const all: Item[] = []
  for (let next = turns.shift(); next !== undefined; next = turns.shift()) all.push(next)
  return all
}

test('parties are served one after the other, each in its own order', () => {
  const turns = createTurns<string>()
  for (const item of ['a1', 'a2', 'a3', 'a4']) turns.push('a', item)
  turns.push('b', 'b1')
  turns.push('c', 'c1')
  turns.push('b', 'b2')

  expect(turns.size).toBe(7)
  expect(turns.peek()).toBe('a1')
  expect(drain(turns)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'])
  expect(turns.size).toBe(0)
})

test('what is too much is taken from the party with most, from its end', () => {
  const turns = createTurns<string>()
  for (const item of ['a1', 'a2', 'a3']) turns.push('a', item)
  turns.push('b', 'b1')

  expect(turns.dropOfLongest()).toBe('a3')
  turns.remove('a', 'a1')
  turns.remove('a', 'never there')
  expect(turns.size).toBe(2)
  expect(drain(turns)).toEqual(['a2', 'b1'])
  expect(turns.dropOfLongest()).toBeUndefined()
})
