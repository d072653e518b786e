import { startFakeVendor } from '../test/support/fake-vendor.ts'
import { startMemoir, type BenchMemoir, type BenchServers } from './environment.ts'
import { ms, percentile, timed, times, type Finding } from './measure.ts'
import { seedSource } from './seed.ts'

const QUESTIONS = 15
const VENDOR_MS = 500
const CONVERSATIONS = 1_500
const BAR = 2

/** A question beside a running backfill, with a vendor that takes half a second for everything, against itself. */
export async function benchLive(servers: BenchServers): Promise<Finding[]> {
  const vendor = await startFakeVendor({ dimensions: 64 })
  try {
    vendor.delayMs = VENDOR_MS
    await using memoir = await startMemoir(servers, {
      name: 'live',
      more: {
        EMBEDDING_MODEL: 'text-embedding-3-small',
        EMBEDDING_BASE_URL: vendor.url,
        EMBEDDING_DIM: '64',
        MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'true',
        RECALL_EMBED_TIMEOUT_MS: '10000',
      },
    })
    const { services, namespaceId } = memoir
    await seedSource(services.db, { from: 0, to: CONVERSATIONS, users: 50 })
    const idle = await ask(memoir, 'idle')
    const { job } = await services.jobs.acceptBackfill({ namespaceId, retryFailed: false })
    const before = vendor.requests.length
    while (vendor.requests.length === before) await ask(memoir, `waiting ${performance.now()}`, 1)
    const beside = await ask(memoir, 'beside')
    const ran = (await services.jobs.get({ namespaceId, id: job.id }))?.state === 'running'
    await services.jobs.control({ namespaceId, id: job.id }, 'cancel')
    const ratio = percentile(beside, 0.5) / percentile(idle, 0.5)
    return [
      {
        what: 'a question beside a running backfill, vendor of 500 ms, p50, against itself idle',
        measured: `${ms(percentile(beside, 0.5))}, ${times(ratio)} of ${ms(percentile(idle, 0.5))}`,
        bar: `≤ ${BAR} ×`,
        holds: ran && ratio <= BAR,
      },
    ]
  } finally {
    await vendor.close()
  }
}

async function ask(memoir: BenchMemoir, about: string, count = QUESTIONS): Promise<number[]> {
  const { services, namespaceId } = memoir
  const samples: number[] = []
  for (let n = 0; n < count; n += 1) {
    const query = `${about} ${n}`
    samples.push(
      await timed(
        async () => await services.recall({ namespaceId, userId: 'user-1', query, k: 10 }),
      ),
    )
  }
  return samples
}
