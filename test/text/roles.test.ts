import { expect, test } from 'vitest'
import { isMachine, roleOf } from '../../src/domain/roles.ts'

test('programs are known by every role under which they speak, however it is written', () => {
  for (const role of ['assistant', 'ASSISTANT', 'ai', 'model', 'bot', 'tool', 'developer']) {
    expect(isMachine(role)).toBe(true)
  }
  for (const role of ['user', 'human', 'nora', null]) expect(isMachine(role)).toBe(false)
})

test.each([
  ['human', 'user'],
  ['Human', 'user'],
  [' USER ', 'user'],
  ['end-user', 'user'],
  ['HumanMessage', 'user'],
  ['ai', 'assistant'],
  ['AIMessageChunk', 'assistant'],
  ['ASSISTANT', 'assistant'],
  ['model', 'assistant'],
  ['developer', 'system'],
  ['function', 'tool'],
  ['Narrator', 'narrator'],
])('%s speaks as %s', (word, role) => {
  expect(roleOf(word)).toBe(role)
})
