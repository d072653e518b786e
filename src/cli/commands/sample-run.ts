import { backfillCounts, type BackfillCounts, type RecallAnswer } from '../answers.ts'
import type { ApiClient } from '../client.ts'
import { DONE, FAILED, INTERRUPTED, line, type Io, type Output } from '../io.ts'
import { SAMPLE_QUESTION } from '../sample.ts'
import { concludeJob, followJob } from '../watch.ts'
import { printBackfill } from './backfill.ts'
import { printHits } from './recall.ts'

export interface SampleResult {
  readonly backfill: BackfillCounts
  /** Null when the backfill did not succeed. */
  readonly recall: { readonly query: string; readonly hits: RecallAnswer['hits'] } | null
}

/** One backfill and one recall through the API, shown on `said`. */
export async function runSample(
  client: ApiClient,
  io: Io,
  said: Output,
): Promise<{ result: SampleResult; code: number }> {
  const { job: id } = await client.startBackfill({})
  const job = await followJob(client, id, io)
  if (job === null) {
    line(io.stderr, 'Interrupted. The backfill goes on where it was when Memoir runs again.')
    return { result: { backfill: backfillCounts.parse({}), recall: null }, code: INTERRUPTED }
  }
  const backfill = backfillCounts.parse(job.progress)
  const code = concludeJob(job, id, io)
  if (code !== DONE) return { result: { backfill, recall: null }, code }
  const shown = { ...io, stdout: said }
  printBackfill(job, shown, false)

  line(said, `\nrecall "${SAMPLE_QUESTION.q}" --user ${SAMPLE_QUESTION.user_id}`)
  const answer = await client.recall(SAMPLE_QUESTION)
  printHits(answer, shown)
  return {
    result: { backfill, recall: { query: SAMPLE_QUESTION.q, hits: answer.hits } },
    code: backfill.errors > 0 ? FAILED : DONE,
  }
}
