import { expect, test } from 'vitest'
import { startFakeApi } from './fake-api.ts'
import { memoir } from './terminal.ts'

test('remember says what was stored, and waits for it unless told not to', async () => {
  const memory = { id: 'm-9', content: 'Maya rows.', writes: { vector: 'written', graph: 'off' } }
  await using api = await startFakeApi({
    'POST /v1/memories': [
      { status: 201, body: memory },
      { status: 202, body: { id: 'm-9', job: 'j-9', ids: ['m-9'], status: 'queued' } },
      { status: 201, body: { ...memory, writes: { vector: 'failed', graph: 'off' } } },
    ],
  })
  const argv = [
    'remember',
    'Maya rows.',
    '--user',
    'maya',
    '--tags',
    'sport,boat',
    '--scope',
    'work',
  ]
  const done = await memoir(argv, { url: api.url })
  expect([done.code, done.out]).toEqual([0, 'Remembered as m-9\n'])
  expect(api.asked[0]?.body).toEqual({
    user_id: 'maya',
    content: 'Maya rows.',
    scope: 'work',
    tags: ['sport', 'boat'],
  })
  const accepted = await memoir([...argv, '--no-wait'], { url: api.url })
  expect(accepted.out).toBe('Accepted as m-9. Watch it with: memoir jobs watch j-9\n')
  const lacking = await memoir(argv, { url: api.url })
  expect(lacking.err).toContain('found by words alone')
})

test('a context is printed as it goes into a prompt', async () => {
  const body = {
    context: '<memories>\n[1] lake\n</memories>',
    citations: [],
    tokens: 9,
    degraded: [],
  }
  await using api = await startFakeApi({
    'POST /v1/context': [{ body }, { body: { ...body, context: '' } }],
    'GET /v1/users/maya': [
      { body: { user_id: 'maya', memories: 1, episodes: 0, last_active_at: null } },
    ],
  })
  const argv = 'context lake --user maya --max-tokens 200'.split(' ')
  const found = await memoir(argv, { url: api.url })
  const none = await memoir(argv, { url: api.url })

  expect([found.code, found.out]).toEqual([0, `${body.context}\n`])
  expect(api.asked[0]?.body).toEqual({ q: 'lake', user_id: 'maya', max_tokens: 200 })
  expect([none.code, none.out]).toEqual([0, ''])
  expect(none.err).toContain('Nothing is remembered about that.')
})
