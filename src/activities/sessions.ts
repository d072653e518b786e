import { cancellationSignal } from '@temporalio/activity'
import type { Next, PostKey, PostStart, SessionSteps } from '../sessions/process.ts'
import { beating } from './beating.ts'

type PassageKey = PostKey & { readonly passage: number }

/** Steps of a posted transcript. Each may be repeated: what was done is found done, and what a model answered is kept. */
export function createSessionActivities({ sessions }: { readonly sessions: SessionSteps }) {
  return {
    /** @returns whether it is this post's turn, and whether there is anything new in it */
    beginPost: async (key: PostKey): Promise<PostStart> => await sessions.begin(key),

    /** Asks the model for the facts of some passages. */
    extractFacts: async (key: PassageKey): Promise<Next> =>
      await beating(async () => await sessions.extract(key, cancellationSignal())),

    /** Resolves the facts of some passages against what is known, and writes them. */
    settleFacts: async (key: PassageKey): Promise<Next> =>
      await beating(async () => await sessions.settle(key, cancellationSignal())),

    /** Brings the session's summary up to date. */
    summarisePost: async (key: PostKey): Promise<void> => {
      await beating(async () => await sessions.summarise(key, cancellationSignal()))
    },

    /** @returns the run of the post that waited for this one */
    finishPost: async (key: PostKey): Promise<{ readonly next: string | null }> =>
      await sessions.finish(key),
  }
}
