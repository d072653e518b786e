import { Context } from '@temporalio/activity'
import type { ReembedKey, ReembedSteps } from '../reembed/steps.ts'
import { beating } from './beating.ts'

/** Steps of embedding all memories anew. Each may be repeated: the spaces say what is done, the job's row where. */
export function createReembedActivities({ reembed }: { readonly reembed: ReembedSteps }) {
  const hooks = () => ({ signal: Context.current().cancellationSignal })
  return {
    beginReembed: async (key: ReembedKey): Promise<{ switched: boolean }> =>
      await beating(async () => await reembed.begin(key)),

    /** @returns whether there is more to walk */
    reembedPage: async (key: ReembedKey): Promise<{ more: boolean }> =>
      await beating(async () => await reembed.page(key, hooks())),

    compareSpaces: async (key: ReembedKey): Promise<void> =>
      await beating(async () => await reembed.compare(key)),

    switchSpaces: async (key: ReembedKey & { round: number }): Promise<{ switched: boolean }> =>
      await beating(async () => await reembed.switch(key, hooks())),

    finishReembed: async (key: ReembedKey): Promise<void> =>
      await beating(async () => await reembed.finish(key, hooks())),
  }
}
