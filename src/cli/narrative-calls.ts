import { acceptedAnswer, pageOf } from './answers.ts'
import type { AskFor } from './ask.ts'
import { narrativeAnswer, narrativeFailureAnswer } from './narrative-answers.ts'
import type { Query } from '../client/transport.ts'

/** Who users are, and having it written. */
export function narrativeCalls(ask: AskFor) {
  const path = (user: string) => `/v1/narratives/${encodeURIComponent(user)}`
  return {
    /** @param analysis whether one may stand in for a text that is missing; it takes some seconds */
    narrative: async (user: string, analysis: boolean) =>
      await ask(narrativeAnswer, 'GET', path(user), {
        query: analysis ? {} : { analysis: 'false' },
      }),
    regenerateNarrative: async (user: string) =>
      await ask(acceptedAnswer, 'POST', `${path(user)}/regenerate`),
    backfillNarratives: async () => await ask(acceptedAnswer, 'POST', '/v1/narratives/backfill'),
    narrativeFailures: async (id: string, query: Query) =>
      await ask(
        pageOf(narrativeFailureAnswer),
        'GET',
        `/v1/narratives/backfill/${encodeURIComponent(id)}/failures`,
        { query },
      ),
  }
}
