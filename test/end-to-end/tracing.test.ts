import { expect, test } from 'vitest'
import { createApp } from '../../src/api/app.ts'
import { localAdmin } from '../../src/api/auth.ts'
import { answerOf, requestOf } from '../api/api-fixture.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { startFakeCollector } from '../support/fake-collector.ts'
import { startFakeVendor } from '../support/fake-vendor.ts'
import { createTestMemoir } from '../support/memoir.ts'

const suite = hasPostgres && hasTemporal ? test : test.skip

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const KEY = 'a-key-of-the-vendor'

suite(
  'a request, the workflow it starts, its steps and the vendor are one trace, without a word of what was said',
  async () => {
    await using collector = await startFakeCollector()
    const vendor = await startFakeVendor({ dimensions: 64 })
    {
      await using memoir = await createTestMemoir({
        EMBEDDING_MODEL: 'text-embedding-3-small',
        EMBEDDING_BASE_URL: vendor.url,
        OPENAI_API_KEY: KEY,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc',
      })
      const app = createApp(memoir.services, { principal: localAdmin })
      vendor.failNext(1, { status: 500, body: { error: { message: 'xylophone broke' } } })
      const stored = await answerOf(
        await app.request(
          '/v1/memories',
          requestOf({
            body: { user_id: 'ann-of-the-xylophone', content: 'Ann plays the xylophone.' },
            headers: { prefer: 'wait=60', traceparent: `00-${TRACE}-b7ad6b7169203331-01` },
          }),
        ),
      )
      expect(stored.status).toBe(201)
      await app.request('/v1/recall?q=xylophone&user_id=ann-of-the-xylophone')
      await app.request('/health/live')
    }
    await vendor.close()

    const ofTrace = collector.spans.filter(({ traceId }) => traceId === TRACE)
    expect(new Set(ofTrace.map(({ name }) => name))).toEqual(
      new Set([
        'POST /v1/memories',
        'StartWorkflow:persistMemory',
        'RunWorkflow:persistMemory',
        'vendor embedding',
        ...ofTrace.map(({ name }) => name).filter((name) => /^(Start|Run)Activity:/.test(name)),
      ]),
    )
    expect(ofTrace.some(({ name }) => name.startsWith('RunActivity:'))).toBe(true)
    const request = ofTrace.find(({ name }) => name === 'POST /v1/memories')
    expect(request?.parentSpanId).toBe('b7ad6b7169203331')
    const vendors = ofTrace.filter(({ name }) => name === 'vendor embedding')
    // The one that fails, a word that tells whether the server is well, and the text again.
    expect(vendors.map(({ status }) => status.code ?? 0)).toEqual([2, 0, 0])
    expect(collector.spans.some(({ name }) => name === 'GET /v1/recall')).toBe(true)
    expect(collector.spans.some(({ name }) => name.includes('health'))).toBe(false)
    const everything = collector.bodies.join('\n')
    expect(everything).not.toContain('xylophone')
    expect(everything).not.toContain(KEY)
    expect(collector.authorizations).toEqual(new Set(['Bearer abc']))
  },
  60_000,
)
