import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseConversations } from '../../src/cli/sample.ts'
import { insertConversations } from '../../src/stores/sources/source-writer.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { startFakeVendor } from '../support/fake-vendor.ts'
import { readHistories } from '../support/history-audit.ts'
import { createTestMemoir } from '../support/memoir.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

const sample = parseConversations(
  readFileSync(new URL('../../sample/conversations.jsonl', import.meta.url), 'utf8'),
)

/** Words that only the sample has: long enough not to stand in a history by chance. */
const TELLING_CHARS = 8

function tellingWords(): string[] {
  const words = sample.flatMap(({ messages }) =>
    messages.flatMap(({ content }) => content.match(/\p{L}+/gu) ?? []),
  )
  return [...new Set(words.map((word) => word.toLowerCase()))].filter(
    (word) => word.length >= TELLING_CHARS,
  )
}

/** Our own words and Temporal's, which the sample's people may also use. */
const OWN_WORDS = new Set([
  'conversation',
  'conversations',
  'workflow',
  'something',
  'unexpected',
  'answered',
  'switched',
])

suite(
  'no history holds what anybody said, nor what a vendor said about it',
  async () => {
    await using memoir = await createTestMemoir()
    await insertConversations(memoir.db, { namespace: 'default', source: 'main' }, sample)
    expect(await memoir.backfill()).toMatchObject({ state: 'succeeded' })
    const vendor = await startFakeVendor({ dimensions: 64 })
    try {
      // A vendor that repeats the input in its failure, in a job that fails and one that has to wait.
      const secret = sample[0]?.messages[0]?.content ?? ''
      await memoir.restart({
        EMBEDDING_MODEL: 'builtin-like',
        EMBEDDING_BASE_URL: vendor.url,
      })
      await memoir.db.query(`delete from memoir.memory_embedding`)
      await memoir.db.query(`delete from memoir.embedding_space`)
      await memoir.db.query(`update memoir.ingested_conversation set message_hash = null`)
      await memoir.db.query(`update memoir.memory_trace set vector_state = 'pending'`)
      vendor.failNext(1, {
        status: 429,
        headers: { 'retry-after': '1' },
        body: { error: { message: secret } },
      })
      vendor.failNext(1, { status: 500, body: secret })
      // For good: several requests are in flight, and the answer to one of them may find nobody waiting any more.
      vendor.failAlways({ status: 401, body: { error: { message: `not allowed: ${secret}` } } })
      expect(await memoir.backfill()).toMatchObject({
        state: 'failed',
        error: { code: 'vendor_unauthorized' },
      })
    } finally {
      await vendor.close()
    }

    const { temporal } = memoir.services
    const histories = await readHistories(temporal, `TaskQueue = "${temporal.taskQueue}"`)
    const text = JSON.stringify(histories).toLowerCase()
    const words = tellingWords()

    expect(histories.length).toBeGreaterThanOrEqual(2)
    expect(words.length).toBeGreaterThan(150)
    expect(text).toContain('vendor_unauthorized')
    const kept = new Set(text.match(/\p{L}+/gu))
    expect(words.filter((word) => !OWN_WORDS.has(word) && kept.has(word))).toEqual([])
  },
  120_000,
)
