import type { SyncKey } from '../graph/sync.ts'
import type { SyncSteps } from '../graph/sync-steps.ts'
import { beating } from './beating.ts'

/** Steps of comparing graph and record. Each may be repeated: the report knows where it is. */
export function createSyncActivities({ sync }: { readonly sync: SyncSteps }) {
  return {
    beginSync: async (key: SyncKey): Promise<void> =>
      await beating(async () => await sync.begin(key)),

    /** @returns whether there is more to do */
    syncPage: async (key: SyncKey): Promise<{ more: boolean }> =>
      await beating(async () => ({ more: await sync.page(key) })),

    finishSync: async (key: SyncKey): Promise<void> =>
      await beating(async () => await sync.finish(key)),
  }
}
