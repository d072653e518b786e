import { z } from 'zod'
import { presentJob } from '../api/present-job.ts'
import { requireJob } from '../api/reach.ts'
import { READ_ONLY, answered, defineTool, memoryId } from './tool.ts'

export const getJob = defineTool({
  name: 'get_job',
  title: 'Job',
  description:
    'Shows how far a piece of accepted work has come: its state (queued, running, paused, succeeded, failed, cancelled), its counts, and what went wrong. Call it with the job id that another tool answered; there is no need to poll more than every few seconds.',
  role: 'reader',
  annotations: READ_ONLY,
  aliases: { job: 'id', job_id: 'id' },
  // A job says by itself whose it is.
  ignored: ['user_id'],
  input: z.strictObject({ id: memoryId.describe('The id of the job') }),
  output: z.looseObject({
    id: z.string(),
    kind: z.string(),
    state: z.string(),
    progress: z.record(z.string(), z.unknown()),
  }),
  async answer({ services, principal }, { id }) {
    const job = presentJob(services, principal, await requireJob(services, principal, id))
    return answered(JSON.stringify(job), job)
  },
})
