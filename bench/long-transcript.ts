import { readFileSync } from 'node:fs'
import type { Turn } from '../src/domain/transcript.ts'
import { startProcess } from '../test/support/processes.ts'
import { startMemoir, type BenchServers } from './environment.ts'
import type { Finding } from './measure.ts'

const TURNS = 10_000
const TURN_CHARS = 1_000
const BAR_MB = 512
const LOOK_EVERY_MS = 500
const KIB = 1_024

const SENTENCES = [
  'My cousin Irma keeps nine hives behind the mill at Steyr.',
  'We walked along the canal until it was dark and talked of nothing in particular.',
  'I would like to see the lighthouse again before the winter.',
  'The recipe asks for two cups of flour and some patience.',
] as const

/** One transcript of ten megabytes through a worker process of its own: the most memory that one ever held. */
export async function benchLongTranscript(servers: BenchServers): Promise<Finding[]> {
  await using memoir = await startMemoir(servers, { name: 'long_transcript', worker: false })
  const worker = startProcess('worker', { ...memoir.env })
  try {
    const { services, namespaceId } = memoir
    const began = performance.now()
    const { jobId } = await services.posts.accept({
      namespaceId,
      userId: 'ann',
      collection: '',
      sessionId: 'long',
      turns: transcript(),
      metadata: {},
    })
    for (;;) {
      const job = await services.jobs.get({ namespaceId, id: jobId })
      if (job?.finished_at) {
        const seconds = (performance.now() - began) / 1000
        return [findingOf(job.state, { peak: peakMb(worker.child.pid), seconds })]
      }
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_EVERY_MS)
      })
    }
  } finally {
    await worker.stop()
  }
}

function findingOf(state: string, { peak, seconds }: { peak: number; seconds: number }): Finding {
  return {
    what: `a transcript of 10 MB in ${TURNS} turns, the worker's peak of resident memory`,
    measured: `${peak.toFixed(0)} MB, ${state} after ${seconds.toFixed(0)} s with the built-in model`,
    bar: `≤ ${BAR_MB} MB`,
    holds: state === 'succeeded' && peak <= BAR_MB,
  }
}

/** Linux keeps the high-water mark of each process. */
function peakMb(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / KIB
}

function transcript(): Turn[] {
  return Array.from({ length: TURNS }, (_, position) => {
    let content = `Turn ${position}.`
    for (let n = position; content.length < TURN_CHARS; n += 1) {
      content += ` ${SENTENCES[n % SENTENCES.length] ?? ''}`
    }
    return {
      position,
      role: position % 2 === 0 ? 'user' : 'assistant',
      name: null,
      content,
      at: null,
    }
  })
}
