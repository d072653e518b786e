import {
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { JobStart } from '../domain/job.ts'
import { runJob, type JobRun } from './job-run.ts'
import { yourTurn } from './messages.ts'
import { databaseActivities, modelActivities } from './options.ts'
import { withinBudget } from './within-budget.ts'

/** A post whose turn comes is told so; asking again is for when that was lost. */
const FIRST_ASK_SECONDS = 1
const LAST_ASK_SECONDS = 60

/**
 * Turns one posted transcript into facts and a summary.
 * Promises: posts of one session are processed in the order they were accepted; each fact is written once, whatever is repeated; a
 * model's answer is paid for once.
 * On failure: the post is parked with the code of the step; those after it go on. A retry goes on from what was answered and written.
 */
export async function processSession(job: JobStart): Promise<void> {
  const database = databaseActivities()
  const models = modelActivities(job.heartbeatSeconds)
  const { jobId } = job
  let work = false
  let next: string | null = null
  let called = false
  setHandler(yourTurn, () => {
    called = true
  })

  const queue = async () => {
    for (let seconds = FIRST_ASK_SECONDS; ; seconds = Math.min(seconds * 2, LAST_ASK_SECONDS)) {
      called = false
      const start = await database.beginPost({ jobId })
      work = start.work
      if (start.ready) return
      await condition(() => called, `${seconds}s`)
      if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof processSession>(job)
    }
  }
  await runJob(
    job,
    async (run) => {
      if (work) {
        await walk(run, async (passage) => await models.extractFacts({ jobId, passage }))
        await walk(run, async (passage) => await models.settleFacts({ jobId, passage }))
        await run.turn()
        await withinBudget(run, async () => await models.summarisePost({ jobId }))
      }
      next = (await database.finishPost({ jobId })).next
    },
    { queue },
  )
  if (next !== null) await call(next)
}

/** Step after step until one says that it was the last. */
async function walk(
  run: JobRun,
  step: (passage: number) => Promise<{ readonly passage: number | null }>,
): Promise<void> {
  for (let passage: number | null = 0; passage !== null;) {
    await run.turn()
    const at: number = passage
    passage = (await withinBudget(run, async () => await step(at))).passage
  }
}

/** Only saves the other run its wait. */
async function call(workflowId: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(yourTurn)
  } catch (error) {
    log.debug('the next post was not there to be called', { workflowId, error })
  }
}
