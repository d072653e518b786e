import { expect, test } from 'vitest'
import { startFakeApi } from './fake-api.ts'
import { memoir } from './terminal.ts'

const PATH = '/v1/reembed'
const ID = '0199a7b0-0000-7000-8000-000000000001'
const state = {
  stored: { model: 'hashing-1', dim: 768 },
  configured: { model: 'e5', dim: 384 },
  required: true,
  job: null,
  estimate: { memories: 1200, tokens: 48_000, cost: 0.01 },
  undo: null,
}
const job = {
  id: ID,
  kind: 'reembed',
  state: 'succeeded',
  attempts: 1,
  progress: {
    processed: 1200,
    embedded: 1200,
    total: 1200,
    compared: { vectors: 1200, missing: 0, sampled: 50, agreement: 0.42 },
  },
}
const routes = {
  [`GET ${PATH}`]: { body: state },
  [`POST ${PATH}`]: { status: 202, body: { id: ID, job: ID, status: 'queued' } },
  [`GET /v1/jobs/${ID}`]: { body: job },
}

test('reembed starts the job, follows it and says how far the two spaces agree', async () => {
  await using api = await startFakeApi(routes)
  const { code, out, err } = await memoir(['reembed'], { url: api.url })
  expect([code, out]).toEqual([
    0,
    '1200 vectors, 1200 made anew; 42 % of the nearest ten are the same\n',
  ])
  expect(err).toContain('reembed: 1200/1200')
  expect(api.asked.find(({ method }) => method === 'POST')?.body).toEqual({ undo: false })
})

test('an estimate starts nothing', async () => {
  await using api = await startFakeApi(routes)
  const { code, out } = await memoir(['reembed', '--estimate'], { url: api.url })
  expect([code, out]).toEqual([
    0,
    'The vectors are of hashing-1 (768), configured is e5 (384).\n1200 memories, about 48000 tokens, $0.01.\n',
  ])
  expect(api.asked.map(({ method }) => method)).toEqual(['GET'])
})

test('with the vectors of the configured model there is nothing to do but to undo', async () => {
  const done = { ...state, required: false, estimate: null, configured: state.stored }
  await using api = await startFakeApi({ ...routes, [`GET ${PATH}`]: { body: done } })
  const nothing = await memoir(['reembed'], { url: api.url })
  expect([nothing.code, nothing.out]).toEqual([
    0,
    'Nothing to do: the vectors are of hashing-1 (768).\n',
  ])
  const json = await memoir(['reembed', '--undo', '--json'], { url: api.url })
  expect([json.code, JSON.parse(json.out).id]).toEqual([0, ID])
  expect(api.asked.find(({ method }) => method === 'POST')?.body).toEqual({ undo: true })
})
