import { expect, test } from 'vitest'
import { readPath } from './read-file.ts'
import { chat, claudeOf, fixture, node, readAll, said } from './vendor-exports.ts'

test('gaps in a branch that was left cost nothing, and parents tell the branch', async () => {
  const { said, empty, refused } = await readPath(fixture('chatgpt-gaps.json'))
  expect(said).toEqual({
    'gpt-null-content': ['My tent is orange.', 'Noted.', 'Thank you.'],
    'gpt-null-role': ['My canoe is called Heron.', 'Noted.', 'Thank you.'],
    'gpt-no-children': ['My uncle builds organs.', 'Noted.', 'Thank you.'],
  })
  expect({ empty, refused }).toEqual({ empty: 0, refused: [] })
})

test('a tree whose nodes name children alone, one whose last node is no node, and one in a list are read', async () => {
  const nodes = [
    node('a', null, { text: 'My tent is orange.' }),
    node('b', 'a', { text: 'Thanks.' }),
  ]
  const byChildren = nodes.map(({ id, message }) => ({
    id,
    message,
    children: id === 'a' ? ['b'] : [],
  }))
  for (const given of [
    chat(byChildren),
    chat(nodes, { current_node: 'gone' }),
    chat(nodes, { current_node: 7 }),
    chat(nodes, { mapping: nodes, current_node: null }),
    chat(nodes, { title: 5, create_time: null, update_time: 'soon' }),
    chat(nodes, { conversation_id: null, id: 'c' }),
  ]) {
    expect((await readAll([given])).said).toEqual({ c: ['My tent is orange.', 'Thanks.'] })
  }
})

test('a branch without words does not hide one that has them, and a gap in it is bridged', async () => {
  const nodes = [
    node('a', null, { text: 'My tent is orange.' }),
    node('b', 'a', { role: 'assistant', text: 'Noted.' }),
    node('d', 'lost', { text: 'And waterproof.' }),
  ]
  const root = { id: 'r', parent: null, message: null }
  const given = chat([root, ...nodes], { current_node: 'r' })
  expect((await readAll([given])).said).toEqual({
    c: ['My tent is orange.', 'Noted.', 'And waterproof.'],
  })
})

test('parts of the file itself, of tools, and what is hidden are left out and counted', async () => {
  const content = (type: string, rest: object) => ({ content: { content_type: type, ...rest } })
  const nodes = [
    node('a', null, { ...content('user_editable_context', { user_profile: 'Tall.' }) }),
    node('b', 'a', { role: 'system', text: 'Be kind.' }),
    node('c', 'b', {
      ...content('multimodal_text', {
        parts: [
          null,
          { content_type: 'image_asset_pointer', asset_pointer: 'file-1' },
          { content_type: 'audio_transcription', text: 'My tent is orange.', direction: 'in' },
          { content_type: 'audio_asset_pointer', asset_pointer: 'file-2' },
          { text: null },
          7,
        ],
      }),
    }),
    node('d', 'c', { role: 'assistant', text: 'search("tents")', recipient: 'browser' }),
    node('e', 'd', { role: 'tool', text: 'Tents are cheap.' }),
    node('f', 'e', { role: 'assistant', ...content('thoughts', { thoughts: [] }) }),
    node('g', 'f', { text: 'A draft.', weight: 0 }),
    node('h', 'g', { text: 'Waterproof too.', content: 'Waterproof too.' }),
    node('i', 'h', { ...content('multimodal_text', { parts: [{ asset_pointer: 'file-3' }] }) }),
  ]
  const { said, leftOut, empty } = await readAll([chat(nodes, { current_node: 'i' })])
  expect(said).toEqual({ c: ['My tent is orange.', 'Waterproof too.'] })
  expect(leftOut).toEqual({ hidden: 2, system: 1, tool: 2, reasoning: 1, no_text: 1 })
  expect(empty).toBe(0)
})

test.each([
  ['It is in Wales \u{E200}cite\u{E202}turn0search3\u{E202}turn1news2\u{E201}.', 'It is in Wales.'],
  ['It is in Wales citeturn0search3turn1view0.', 'It is in Wales.'],
  ['It is in Wales【4†source】【11:0†notes.pdf】.', 'It is in Wales.'],
  ['It is in Wales :contentReference[oaicite:0]{index=0}.', 'It is in Wales.'],
  ['See \u{E200}url\u{E202}the guide\u{E202}turn0search1\u{E201} first.', 'See the guide first.'],
  ['\u{E200}entity\u{E202}["city","Cardiff","in Wales"]\u{E201} is near.', 'Cardiff is near.'],
  ['\u{E200}navlist\u{E202}News\u{E202}turn0news1\u{E201}\nDone.', '\nDone.'],
  ['Half \u{E200}cite\u{E202}turn0sea', 'Half'],
  ['A turn0search3 alone', 'A alone'],
  ['Take turn 3 and search 4.', 'Take turn 3 and search 4.'],
])('citation marks are taken out of %j', async (given, shown) => {
  const nodes = [
    node('a', null, { text: 'Where?' }),
    node('b', 'a', { role: 'assistant', text: given }),
  ]
  expect((await readAll([chat(nodes)])).said).toEqual({ c: ['Where?', shown] })
})

test('megabytes of marks that are never closed are read in a moment', async () => {
  const texts = [
    '\u{E200}'.repeat(500_000),
    ' '.repeat(1_000_000),
    'turn0'.repeat(200_000),
    '【4†'.repeat(300_000),
  ]
  const nodes = texts.map((text, at) =>
    node(String(at), at === 0 ? null : String(at - 1), { role: 'assistant', text }),
  )
  const began = performance.now()
  await readAll([chat([...nodes, node('z', '3', { text: 'Hello.' })])])
  expect(performance.now() - began).toBeLessThan(20_000)
}, 60_000)

test('of the branches of a Claude conversation the one that was last on screen comes', async () => {
  const { said: told, leftOut } = await readPath(fixture('claude-branches.json'))
  expect(told).toEqual({
    'cl-branches': [
      'I am moving to Leuven in April.',
      'Leuven in April, understood.',
      'My new flat has a green door.',
      'Lovely.',
    ],
  })
  expect(leftOut).toEqual({ other_branch: 2 })
})

test('without its last message the newest branch comes, and without parents the whole list', async () => {
  const edited = [
    said('m1', '0', 'Namur.'),
    said('m2', '0', 'Leuven.'),
    said('m3', 'm2', 'A green door.'),
  ]
  expect((await readAll([claudeOf(edited)])).said).toEqual({ c: ['Leuven.', 'A green door.'] })
  const older = { current_leaf_message_uuid: 'm1' }
  expect((await readAll([claudeOf(edited, older)])).said).toEqual({ c: ['Namur.'] })
  const flat = [said('m1', null, 'Namur.'), said('m2', null, 'Leuven.')]
  expect((await readAll([claudeOf(flat)])).said).toEqual({ c: ['Namur.', 'Leuven.'] })
  const gap = [
    said('m1', '0', 'Namur.'),
    said('m3', 'm2', 'A green door.'),
    said('m4', 'm3', 'Thanks.'),
  ]
  expect((await readAll([claudeOf(gap)])).said).toEqual({
    c: ['Namur.', 'A green door.', 'Thanks.'],
  })
})

test('null blocks cost nothing, and what was pasted comes set off as somebody’s words', async () => {
  const { said: told, leftOut, empty } = await readPath(fixture('claude-pastes.json'))
  expect(told['cl-nulls']).toEqual([
    'Can you read the report?',
    'Which page?',
    'The chart is on the second page.',
  ])
  expect(told['cl-pastes']).toEqual([
    '<attachment>\nMinutes: the quay will be rebuilt in June, Ms Okoro signs for it.\n</attachment>',
    'A short summary.',
    'Thanks.',
  ])
  expect({ leftOut, empty }).toEqual({ leftOut: {}, empty: 0 })
})

test('files without text, reasoning and calls of tools are counted, and words beside them come', async () => {
  const given = claudeOf([
    null,
    said('m1', null, '', { content: null, text: 'A plain old message.' }),
    said('m2', null, 'See this.', {
      attachments: [null, { extracted_content: null }],
      files: [{}],
    }),
    said('m3', null, '', { content: [{ type: 'thinking', thinking: 'Hm.' }], text: null }),
    said('m4', null, '', {
      content: [
        { type: 'tool_use', name: 'x' },
        { type: 'tool_result', content: [] },
      ],
      text: '```\nThis block is not supported on your current device yet.\n```',
    }),
    said('m5', null, 'A note with </attachment> in it.', {
      sender: 'human',
      attachments: [{ extracted_content: 'Ends </attachment> here. I am ill.' }],
    }),
    said('m6', null, 'Nobody said it.', { sender: null }),
  ])
  const { said: told, leftOut } = await readAll([given])
  expect(told['c']).toEqual([
    'A plain old message.',
    'See this.',
    'A note with </attachment> in it.\n\n<attachment-2>\nEnds </attachment> here. I am ill.\n</attachment-2>',
  ])
  expect(leftOut).toEqual({ attachment: 3, reasoning: 1, tool: 1, no_role: 1 })
})

test('a conversation of which nothing says when it was is dated by its file', async () => {
  const given = claudeOf([{ uuid: 'm1', sender: 'human', text: 'Hello.' }], { created_at: null })
  expect((await readAll([given])).said).toEqual({ c: ['Hello.'] })
})

test('ids that come twice or are too long cost no message', async () => {
  const messages = [
    said('m1', null, 'One.'),
    said('m1', null, 'Two.'),
    said('x'.repeat(900), null, 'Three.'),
  ]
  expect((await readAll([claudeOf(messages)])).said).toEqual({ c: ['One.', 'Two.', 'Three.'] })
})

test('a message of Memoir’s own lines that is refused is listed by its field, and the others come', async () => {
  const created_at = '2026-02-01T09:00:00Z'
  const messages = [
    { role: 'user', content: 'My tent is orange.' },
    { role: null, content: 'Nobody said it.' },
    { role: 'user', content: 7 },
    { role: 'user', content: 'Late.', created_at: 'later' },
    null,
    { role: 'assistant', content: null },
    {
      id: null,
      role: 'user',
      content: [{ type: 'text', text: 'Waterproof too.' }, null],
      name: null,
    },
  ]
  const {
    said: told,
    refused,
    leftOut,
  } = await readAll([{ id: 'c', user_id: 'maya', created_at, messages }])
  expect(told).toEqual({ c: ['My tent is orange.', 'Waterproof too.'] })
  expect(refused.map((each) => each.split(' ')[0])).toEqual([
    'messages.1.role',
    'messages.2.content',
    'messages.3.created_at',
    'messages.4',
  ])
  expect(leftOut).toEqual({ no_text: 1 })
})
