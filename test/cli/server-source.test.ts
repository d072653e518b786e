import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { sourceFingerprint } from '../../src/sources/source-fingerprint.ts'
import { counts, job, startFakeApi } from './fake-api.ts'
import { memoir, noParts } from './terminal.ts'

const SOURCE = {
  SOURCE_DATABASE_URL: 'postgres://reader:secret@db.example.com/app',
  SOURCE_CONVERSATIONS_TABLE: 'chats',
}

const progress = counts({ processed: 3, created: 3, total_fetched: 3, total: 3 })
const startApi = async () =>
  await startFakeApi({
    'POST /v1/backfills': { status: 202, body: { id: 'j-1', job: 'j-1', status: 'queued' } },
    'GET /v1/jobs/j-1': { body: job({ state: 'succeeded', progress }) },
  })

test('a backfill says that the server which runs does not read the source of this shell', async () => {
  await using api = await startApi()
  const attach = async () => ({ url: api.url, adminKey: 'k', pid: 1, source: 'another' })
  const parts = { ...noParts, attach }
  const { code, out, err } = await memoir(['backfill'], { env: SOURCE, parts })
  expect(code).toBe(0)
  expect(out).toContain('3 conversations: 3 created')
  expect(err).toContain('not the SOURCE_* variables of this shell')
  expect(err).toContain('memoir up')
  expect(err).not.toContain('secret')

  const elsewhere = await memoir(['backfill'], { env: SOURCE, url: api.url })
  expect(elsewhere.err).toContain('Set the variables where that Memoir runs')
})

test('nothing is said where the server reads that source, or where this shell names none', async () => {
  await using api = await startApi()
  const source = sourceFingerprint(loadConfig(SOURCE))
  const attach = async () => ({ url: api.url, adminKey: 'k', pid: 1, source })
  const same = await memoir(['backfill'], { env: SOURCE, parts: { ...noParts, attach } })
  expect(same.code).toBe(0)
  expect(same.err).not.toContain('SOURCE_')
  const none = await memoir(['backfill'], { parts: { ...noParts, attach } })
  expect(none.err).not.toContain('SOURCE_')
})
