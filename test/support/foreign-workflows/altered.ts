import { sleep } from '@temporalio/workflow'

/** The same names with other steps: what an unguarded change of a workflow does to the runs that are open. */
async function altered(): Promise<void> {
  await sleep('1h')
}

export {
  altered as backfill,
  altered as consolidate,
  altered as deliverWebhook,
  altered as dream,
  altered as eraseUser,
  altered as migrateEpisodes,
  altered as narrate,
  altered as narrateAll,
  altered as nightly,
  altered as persistMemories,
  altered as persistMemory,
  altered as processSession,
  altered as reembed,
  altered as scheduledNightly,
  altered as sync,
}
