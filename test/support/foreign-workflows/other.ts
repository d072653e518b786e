import { sleep } from '@temporalio/workflow'

/** A deployment that does not know backfills. */
export async function somethingElse(): Promise<void> {
  await sleep('1s')
}
