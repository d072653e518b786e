import { expect, test } from 'vitest'
import { textOfContent } from '../../src/text/content-parts.ts'

test.each([
  ['plain', 'plain'],
  [null, ''],
  [7, ''],
  [[{ type: 'text', text: 'a' }, null, { type: 'text', text: null }, 'b'], 'a\nb'],
  [[{ type: 'text', text: { value: 'wrapped once more' } }], 'wrapped once more'],
  [[{ type: 'input_audio', transcript: 'spoken' }], 'spoken'],
  [{ parts: [{ text: 'of Gemini' }, { thought: true, text: 'thinking' }] }, 'of Gemini'],
  [{ data: { content: 'of a chat library' } }, 'of a chat library'],
  [{ kwargs: { content: [{ text: 'deeper' }] } }, 'deeper'],
  [{ data: 'iVBORw0KGgo=', mimeType: 'image/png' }, ''],
  [[{ type: 'image', source: { data: 'iVBORw0KGgo=' } }], ''],
  [
    [
      { type: 'tool_use', input: { text: 'x' } },
      { type: 'tool_result', content: 'x' },
    ],
    '',
  ],
])('%j says %j', (content, said) => {
  expect(textOfContent(content)).toBe(said)
})

test('what is nested without end says nothing and takes no time', () => {
  let content: unknown = 'x'
  for (let depth = 0; depth < 10_000; depth += 1) content = [content]
  expect(textOfContent(content)).toBe('')
})
