import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { isTerminal, type Job } from '../domain/job.ts'
import type { AppEnv } from './environment.ts'
import { presentJob } from './jobs-view.ts'

const LOOK_EVERY_MS = 500
/** Proxies close streams that stay silent for a minute. */
const KEEP_ALIVE_MS = 15_000

/** A job as server-sent events: now, whenever it changes, and until it ends, the reader leaves or the server closes. */
export function streamJob(c: Context<AppEnv>, first: Job): Response {
  const { principal, services, closing } = c.var
  return streamSSE(c, async (stream) => {
    const left = new AbortController()
    stream.onAbort(() => left.abort())
    const signal = AbortSignal.any([left.signal, closing])
    let job: Job | null = first
    let shown = ''
    let spokenAt = performance.now()
    for (let id = 1; job !== null && !signal.aborted;) {
      const data = JSON.stringify(presentJob(job, principal, services))
      if (data !== shown) {
        await stream.writeSSE({ event: 'job', id: String(id), data })
        id += 1
        shown = data
        spokenAt = performance.now()
      } else if (performance.now() - spokenAt > KEEP_ALIVE_MS) {
        await stream.write(': still here\n\n')
        spokenAt = performance.now()
      }
      if (isTerminal(job.state)) return
      // Rejects only because the reader or the server is leaving, which the loop sees.
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
      job = await services.jobs.get({ namespaceId: principal.namespaceId, id: first.id })
    }
  })
}
