import type { Job, Operations } from './api-types.ts'
import { MemoirJobError } from './error.ts'
import { everyItem, type Page, type PageQuery } from './pages.ts'
import { createWatch } from './watch-job.ts'
import { on, type RequestOptions, type Transport } from './transport.ts'

export interface JobFilter extends PageQuery {
  readonly kind?: Job['kind']
  readonly state?: Job['state']
}

export interface WaitOptions extends RequestOptions {
  /** Hears of the job now and with each change. */
  readonly onProgress?: (job: Job) => void
}

export interface ResumeOptions extends RequestOptions {
  /** US dollars it may cost in all from now on. */
  readonly budget?: number
}

export type StepFailures = Operations['listStepFailures']['answer']['items']

/** Accepted work: every job of the key's reach. */
export function createJobs(transport: Transport) {
  const path = (id: string, rest = '') => `/v1/jobs/${encodeURIComponent(id)}${rest}`

  const watch = createWatch(transport, path)

  async function get(id: string, { signal }: RequestOptions = {}): Promise<Job> {
    return await transport.ask<Job>({ method: 'GET', path: path(id), ...on(signal) })
  }

  async function list({ signal, ...query }: JobFilter = {}): Promise<Page<Job>> {
    const ask = { method: 'GET', path: '/v1/jobs', query, ...on(signal) } as const
    return await transport.ask<Operations['listJobs']['answer']>(ask)
  }

  async function failures(id: string, { signal }: RequestOptions = {}): Promise<StepFailures> {
    const ask = { method: 'GET', path: path(id, '/failures'), ...on(signal) } as const
    return (await transport.ask<Operations['listStepFailures']['answer']>(ask)).items
  }

  async function steer(
    id: string,
    action: 'pause' | 'resume' | 'cancel' | 'retry',
    { signal, budget }: ResumeOptions,
  ): Promise<Job> {
    // Asking again for what was asked already does nothing; only a retry starts something.
    const repeatable = action !== 'retry'
    const query = { budget }
    const ask = { method: 'POST', path: path(id, `/${action}`), query, repeatable } as const
    return await transport.ask<Job>({ ...ask, ...on(signal) })
  }

  return {
    get,
    /** What went wrong in each step, also in those that worked since. */
    failures,
    list,
    /** The job now and with each change, until it has ended. A stream that breaks off is taken up again where it was. */
    watch,
    /** Every job, newest first, page by page. */
    all: (filter: JobFilter = {}) =>
      everyItem(
        async (cursor) => await list({ ...filter, ...(cursor === undefined ? {} : { cursor }) }),
      ),
    /**
     * Waits for a job's end.
     * @throws MemoirJobError when it failed or was cancelled; the reason of the signal when that was aborted, while the job goes on
     */
    async wait(id: string, { onProgress, ...options }: WaitOptions = {}): Promise<Job> {
      let last: Job | undefined
      for await (const job of watch(id, options)) {
        last = job
        onProgress?.(job)
      }
      if (last === undefined) last = await get(id, options)
      if (last.state === 'succeeded') return last
      throw new MemoirJobError(last, last.error?.message ?? `The job was ${last.state}.`)
    },
    pause: async (id: string, options: RequestOptions = {}) => await steer(id, 'pause', options),
    resume: async (id: string, options: ResumeOptions = {}) => await steer(id, 'resume', options),
    cancel: async (id: string, options: RequestOptions = {}) => await steer(id, 'cancel', options),
    /** A new run of a job that has ended or is stuck, from where it stopped. */
    retry: async (id: string, options: RequestOptions = {}) => await steer(id, 'retry', options),
  }
}
