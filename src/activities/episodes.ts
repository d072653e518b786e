import { Context } from '@temporalio/activity'
import type { EpisodesKey, EpisodeSteps } from '../episodes/steps.ts'
import { beating } from './beating.ts'

/** Steps of taking in a table of episodes. Each may be repeated: the job's row knows where it is. */
export function createEpisodeActivities({ episodeSteps }: { readonly episodeSteps: EpisodeSteps }) {
  return {
    beginEpisodes: async (key: EpisodesKey): Promise<void> =>
      await beating(async () => await episodeSteps.begin(key)),

    /** @returns whether there is more to do */
    episodesPage: async (key: EpisodesKey): Promise<{ more: boolean }> => {
      const signal = Context.current().cancellationSignal
      return await beating(async () => await episodeSteps.page(key, { signal }))
    },
  }
}
