import { isTerminal } from '../../domain/job.ts'
import { backfillCounts, type JobAnswer } from '../answers.ts'
import type { ApiClient } from '../client.ts'
import { DONE, FAILED, INTERRUPTED, line, type Interruption, type Io, type Output } from '../io.ts'
import { narrativeRunCounts } from '../narrative-answers.ts'
import { SAMPLE_QUESTION } from '../sample.ts'
import { plain } from '../table.ts'
import { patiently, pause } from '../watch.ts'

/** What is made of the sample once it can be recalled: facts, a summary a day, and who each person is. */
export interface SampleWork {
  /** Conversations that facts were made of, unless a language model had made them already. */
  readonly conversations: number
  readonly narratives: number
  /** Of a narrative, for whoever wants to see one. */
  readonly narrative: string | null
}

export interface SampleWorkResult {
  readonly work: SampleWork | null
  readonly code: number
}

const POLL_MS = 300
/** Lines of the narrative that are shown. */
const SHOWN_LINES = 8

/** Every step is a job: whoever leaves before the end finds it going on when Memoir runs again. */
export async function finishSample(
  client: ApiClient,
  { io, said, interrupted }: { io: Io; said: Output; interrupted: Interruption },
): Promise<SampleWorkResult> {
  const steps = [
    async () => {
      // With a language model the backfill has made them, and rules would make them anew.
      const { language } = await client.estimate()
      return language === null ? await client.startBackfill({ extract: 'rules' }) : null
    },
    async () => await client.consolidate({ dry_run: false }),
    async () => await client.backfillNarratives(),
  ]
  const done: (JobAnswer | null)[] = []
  for (const start of steps) {
    const accepted = await start()
    const job = accepted === null ? null : await ended(client, accepted.job, interrupted)
    if (interrupted.signal.aborted) return { work: null, code: INTERRUPTED }
    if (job !== null && job.state !== 'succeeded') {
      line(io.stderr, `What the sample is made into is not complete: memoir jobs show ${job.id}`)
      return { work: null, code: FAILED }
    }
    done.push(job)
  }
  const [facts, , narratives] = done
  const { narrative } = await client.narrative(SAMPLE_QUESTION.user_id, false)
  const { created, skipped } = narrativeRunCounts.parse(narratives?.progress ?? {})
  const conversations = backfillCounts.parse(facts?.progress ?? {}).processed
  show(said, narrative)
  return { work: { conversations, narratives: created + skipped, narrative }, code: DONE }
}

/** @returns the job as it ended, or null when Ctrl-C came first */
async function ended(
  client: ApiClient,
  id: string,
  interrupted: Interruption,
): Promise<JobAnswer | null> {
  for (;;) {
    const job = await patiently(async () => await client.job(id), interrupted)
    if (job === null || isTerminal(job.state)) return job
    if (await pause(POLL_MS, interrupted)) return null
  }
}

function show(said: Output, narrative: string | null): void {
  if (narrative === null) return
  line(said, `\nnarrative ${SAMPLE_QUESTION.user_id}`)
  const lines = narrative.split('\n').filter((each) => each.trim() !== '')
  for (const each of lines.slice(0, SHOWN_LINES)) line(said, plain(each))
  if (lines.length > SHOWN_LINES) line(said, '…')
}
