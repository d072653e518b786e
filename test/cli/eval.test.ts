import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { askAll } from '../../src/cli/eval/ask.ts'
import type { RecallQuery } from '../../src/cli/client.ts'
import { interruption } from '../../src/cli/io.ts'
import { readLocomo } from '../../src/cli/eval/locomo.ts'
import { byLanguage, rankingOf, report } from '../../src/cli/eval/score.ts'
import { counts, job, startFakeApi } from './fake-api.ts'
import { createTerminal, memoir } from './terminal.ts'

const TALK = {
  speaker_a: 'Ines',
  speaker_b: 'Tom',
  session_1_date_time: '1:56 pm on 8 May, 2023',
  session_1: [
    { speaker: 'Ines', dia_id: 'D1:1', text: 'I adopted a kitten.' },
    { speaker: 'Tom', dia_id: 'D1:2', text: 'Lovely!', blip_caption: 'a cat' },
  ],
  session_10_date_time: '12:05 am on 1 June, 2023',
  session_10: [{ speaker: 'Tom', dia_id: 'D10:1', text: 'I bought a boat.' }],
  session_2_date_time: '9:00 am on 9 May, 2023',
  session_2: [{ speaker: 'Ines', dia_id: 'D2:1', text: 'We hiked.' }],
  qa: [
    { question: 'What did Ines adopt?', category: 4, evidence: ['D1:01; D2:1', 'D9:9'] },
    { question: 'Nowhere?', category: 4, evidence: ['D9:9'] },
    { question: 'What did Tom sell?', category: 5, evidence: ['D10:1'] },
  ],
}

test('sessions become conversations in order, with their dates, speakers and pictures', () => {
  const [chat] = readLocomo(TALK, '26')
  expect(chat?.conversations.map(({ id, created_at: at }) => [id, at])).toEqual([
    ['26/1', '2023-05-08T13:56:00.000Z'],
    ['26/2', '2023-05-09T09:00:00.000Z'],
    ['26/10', '2023-06-01T00:05:00.000Z'],
  ])
  expect(chat?.conversations[0]?.messages[1]).toEqual({
    id: 'D1:2',
    role: 'user',
    name: 'Tom',
    content: 'Lovely! [image: a cat]',
    created_at: '2023-05-08T13:57:00.000Z',
    position: 1,
  })
  expect(chat?.questions.map(({ index, evidence }) => [index, [...evidence]])).toEqual([
    [0, ['D1:1', 'D2:1']],
    [2, ['D10:1']],
  ])
})

test('samples as published are read too, and what is not LoCoMo is named', () => {
  const { qa, ...conversation } = TALK
  const [chat] = readLocomo([{ sample_id: 'conv-1', conversation, qa }], 'all')
  expect([chat?.name, chat?.conversations.length]).toEqual(['conv-1', 3])
  expect(() => readLocomo({ qa: [{ question: 1 }] }, 'x')).toThrow('qa.0.question')
})

const hit = (id: string, ...ids: string[]) => ({
  id,
  kind: id === 'day' ? 'summary' : 'message',
  role: 'user',
  score: 1,
  content: id,
  occurred_at: '2026-01-01T00:00:00Z',
  message_ids: ids,
})

test('a hit adds three messages at most, a summary none, and none counts twice', () => {
  const hits = [hit('a', '1', '2', '3', '4'), hit('day', '9'), hit('b', '2', '5')]
  expect(rankingOf(hits)).toEqual(['1', '2', '3', '5'])
})

test('recall is the share of the evidence among the first k, averaged over the questions that count', () => {
  const question = (category: string, ...evidence: string[]) => ({
    index: 0,
    text: 'q',
    category,
    evidence: new Set(evidence),
  })
  const result = report([
    { question: question('1', 'a', 'b'), ids: ['a', '1', '2', '3', '4', 'b'] },
    { question: question('4', 'x'), ids: ['x'] },
    { question: question('5', 'x'), ids: [] },
  ])
  expect(result).toMatchObject({ n: 2, 'r@5': 75, 'r@10': 100 })
  expect(result.by_category['5']).toMatchObject({ n: 1, 'r@5': 0 })
})

test('a question that follows another one is asked after it', async () => {
  const asked: unknown[] = []
  const client = {
    recall: async (query: RecallQuery) => {
      asked.push(query)
      return await Promise.resolve({ hits: [hit('a', '1')], degraded: [], took_ms: 1 })
    },
  }
  const question = { index: 0, category: 'follow-up', evidence: new Set(['1']) }
  const chat = {
    name: 'lena',
    user: 'lena',
    conversations: [],
    questions: [{ ...question, text: 'And when was that?', after: 'Who had a baby?' }],
  }
  const io = createTerminal()
  using interrupted = interruption(io)
  const [one] = await askAll({
    client,
    chats: [chat],
    plain: (_, id) => id,
    io,
    interrupted,
    label: 'questions',
    more: { without: ['focus'] },
  })
  const common = { user_id: 'lena', k: 60, without: ['focus'] }
  expect(asked).toEqual([
    { ...common, q: 'Who had a baby?' },
    { ...common, q: 'And when was that?' },
  ])
  expect(one?.ids).toEqual(['1'])
})

test('eval loads a namespace of its own, asks every question, writes rankings and tells what stays', async () => {
  const found = (...hits: unknown[]) => ({ body: { hits, degraded: [], took_ms: 1 } })
  await using api = await startFakeApi({
    'POST /v1/keys': { body: { id: 'k-1', key: 'secret', name: 'memoir eval', role: 'reader' } },
    'DELETE /v1/keys/k-1': { status: 204 },
    'POST /v1/imports': { body: { conversations: 3, messages: 4, rejected: [] } },
    'POST /v1/backfills': { status: 202, body: { job: 'j-1' } },
    'GET /v1/jobs/j-1': { body: job({ state: 'succeeded', progress: counts() }) },
    'POST /v1/recall': [found(hit('a', 'D1:1'), hit('b', 'D2:1')), found(hit('b', 'D2:1'))],
  })
  const folder = mkdtempSync(join(tmpdir(), 'memoir-eval-'))
  try {
    const file = join(folder, '26.json')
    const out = join(folder, 'run.jsonl')
    writeFileSync(file, JSON.stringify(TALK))
    const done = await memoir(['eval', file, '--rankings', out, '--json', '--namespace', 'try'], {
      url: api.url,
    })

    expect(done.code).toBe(0)
    expect(JSON.parse(done.out)).toMatchObject({
      n: 1,
      'r@5': 100,
      by_category: { 5: { 'r@5': 0 } },
    })
    expect(readFileSync(out, 'utf8').trimEnd().split('\n')).toEqual([
      '{"conv":"26","q":0,"ids":["D1:1","D2:1"]}',
      '{"conv":"26","q":2,"ids":["D2:1"]}',
    ])
    expect(done.err).toContain('stay in the namespace try')
    expect(new Set(api.asked.slice(1).map(({ namespace }) => namespace))).toEqual(new Set(['try']))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('chats in several languages are counted by language, and those in one are not', () => {
  const chat = (name: string, content: string) => ({
    name,
    user: name,
    questions: [],
    conversations: [
      {
        id: name,
        user_id: name,
        title: null,
        created_at: '2026-01-01T00:00:00Z',
        updated_at: '2026-01-01T00:00:00Z',
        messages: [
          {
            id: '1',
            role: 'user',
            name: null,
            content,
            created_at: '2026-01-01T00:00:00Z',
            position: 0,
          },
        ],
      },
    ],
  })
  const question = { index: 0, text: 'Where?', category: 'fact', evidence: new Set(['1']) }
  const english = chat('a', 'Yesterday we walked along the river until it was dark.')
  const german = chat('b', 'Gestern sind wir am Fluss entlang gelaufen, bis es dunkel war.')
  const asked = [
    { chat: english, question, ids: ['1'] },
    { chat: german, question, ids: ['2'] },
  ]
  expect(byLanguage(asked)).toMatchObject({ en: { n: 1, 'r@5': 100 }, de: { n: 1, 'r@5': 0 } })
  expect(byLanguage(asked.slice(0, 1))).toBeNull()
})
