import { sleep } from '@temporalio/workflow'

/** The same name with other steps: what an unguarded change of a workflow does to the runs that are open. */
export async function backfill(): Promise<void> {
  await sleep('1h')
}
