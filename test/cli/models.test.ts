import { expect, test } from 'vitest'
import { startFakeApi, type Reply } from './fake-api.ts'
import { memoir, noParts } from './terminal.ts'

const PATH = '/v1/settings/ai'
const unset = { base_url: null, model: null, api_key: null }
const settings = {
  llm: unset,
  embedding: { ...unset, model: 'local:/models/all-MiniLM-L6-v2-q', dim: 384 },
  reembed: false,
  job: null,
  note: null,
}
const well = { ok: true, code: 'ok', latency_ms: 42 }
const OLLAMA = {
  name: 'ollama',
  title: 'Ollama',
  url: 'http://127.0.0.1:11434/v1',
  models: ['qwen3:8b', 'llama3.2'],
}

function routes(over: Readonly<Record<string, Reply>> = {}): Readonly<Record<string, Reply>> {
  return {
    [`GET ${PATH}`]: { body: settings },
    [`PUT ${PATH}`]: {
      body: { ...settings, llm: { ...unset, base_url: OLLAMA.url, model: 'llama3.2' } },
    },
    [`POST ${PATH}/test`]: { body: { ...well, llm: well, embedding: well } },
    'GET /v1/reembed': {
      body: {
        stored: { model: 'hashing-1', dim: 768 },
        configured: { model: 'local:all-MiniLM-L6-v2-q', dim: 384 },
        required: true,
        job: null,
        estimate: null,
        undo: null,
      },
    },
    ...over,
  }
}

async function models(url: string, argv: readonly string[], found = [OLLAMA]) {
  const asked: (readonly number[])[] = []
  const findModels = async (ownPorts: readonly number[]) => {
    asked.push(ownPorts)
    return await Promise.resolve(found)
  }
  const result = await memoir(['models', ...argv], { url, parts: { ...noParts, findModels } })
  return { ...result, asked }
}

test('models shows what is used, what the vectors are of, and what this machine has', async () => {
  await using api = await startFakeApi(routes())
  const { code, out, asked } = await models(api.url, [])
  expect(code).toBe(0)
  expect(out).toBe(`FOR        MODEL                                   WHERE
language   built in                                this machine
embedding  local:/models/all-MiniLM-L6-v2-q (384)  this machine
The stored vectors are of hashing-1 (768).

Ollama answers at http://127.0.0.1:11434/v1: qwen3:8b, llama3.2
To use it: memoir models use ollama
`)
  expect(asked).toEqual([[Number(new URL(api.url).port)]])
  const { out: json } = await models(api.url, ['list', '--json'])
  expect(JSON.parse(json)).toMatchObject({ language: unset, found: [OLLAMA] })
})

test('a model is tested first and then set', async () => {
  await using api = await startFakeApi(routes())
  const { code, out } = await models(api.url, ['use', 'ollama', '--model', 'llama3.2'])
  expect([code, out]).toEqual([0, 'Language: llama3.2, 42 ms.\n'])
  const body = { llm: { base_url: OLLAMA.url, model: 'llama3.2' } }
  expect(api.asked.map(({ method, path, body: sent }) => [method, path, sent])).toEqual([
    ['POST', `${PATH}/test`, body],
    ['PUT', PATH, body],
  ])
})

test('one that does not answer changes nothing', async () => {
  const bad = { ok: false, code: 'vendor_refused', latency_ms: 3 }
  await using api = await startFakeApi(
    routes({ [`POST ${PATH}/test`]: { body: { ...bad, llm: bad, embedding: well } } }),
  )
  const { code, err } = await models(api.url, ['use', 'ollama'])
  expect(code).toBe(1)
  expect(err).toContain('qwen3:8b did not answer the test (vendor_refused); nothing was changed')
  expect(api.asked.map(({ method }) => method)).toEqual(['POST'])
})

test('servers and models that are not there are named, with what there is', async () => {
  await using api = await startFakeApi(routes())
  const nobody = await models(api.url, ['use', 'vllm'])
  expect([nobody.code, nobody.err]).toEqual([
    1,
    expect.stringMatching(/No vllm answers on this machine\.\nThere is: ollama/),
  ])
  const other = await models(api.url, ['use', 'ollama', '--model', 'gpt-5'])
  expect(other.err).toMatch(/Ollama has no model gpt-5\.\nIt has: qwen3:8b, llama3.2/)
  expect(api.asked).toEqual([])
})

test('use default goes back to what the environment says', async () => {
  await using api = await startFakeApi(routes({ [`PUT ${PATH}`]: { body: settings } }))
  const { code, out } = await models(api.url, ['use', 'default'])
  expect([code, out]).toEqual([0, 'Language: built in, 42 ms.\n'])
  expect(api.asked.at(-1)).toMatchObject({ method: 'PUT', body: { llm: unset } })
})

test('a test says what each model in use answers, and fails when one does not', async () => {
  const bad = { ok: false, code: 'vendor_unavailable', latency_ms: 3 }
  await using api = await startFakeApi(
    routes({ [`POST ${PATH}/test`]: { body: { ...bad, llm: bad, embedding: well } } }),
  )
  const { code, out } = await models(api.url, ['test'])
  expect([code, out]).toEqual([
    1,
    `FOR        ANSWER              TIME
language   vendor_unavailable  3 ms
embedding  ok                  42 ms
`,
  ])
})
