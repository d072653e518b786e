import { answerFrom } from '../text/extraction/answer.ts'
import { extractFacts } from '../text/extraction/extract.ts'
import { resolveFacts } from '../text/extraction/resolve.ts'
import { summaryOf } from '../text/extraction/summarise.ts'
import { portraitOf } from '../text/portrait/portrait.ts'
import type { LanguageModel, ModelAnswer, ModelOptions } from './language-model.ts'

/**
 * A model without a vendor: rules and statistics over the words themselves. The same input gives the same output, it costs nothing
 * and asks nobody. It knows what was said, never what was meant: where it is in doubt it says nothing.
 */

/** Goes up with every change of what the rules answer, as a prompt's version does. */
const RULES_VERSION = 'rules-3'

/** @throws the signal's reason when it is aborted already; work once begun is short and runs to its end */
async function answered<T>({ signal }: ModelOptions, make: () => T): Promise<ModelAnswer<T>> {
  signal?.throwIfAborted()
  return await Promise.resolve({ value: make(), promptVersion: RULES_VERSION })
}

export function createRulesModel(): LanguageModel {
  return {
    identity: { provider: 'builtin', model: 'rules' },
    extractMemories: async (request, options) =>
      await answered(options, () => extractFacts(request)),
    resolve: async (request, options) => await answered(options, () => resolveFacts(request)),
    summarise: async (request, options) => await answered(options, () => summaryOf(request)),
    answer: async (request, options) => await answered(options, () => answerFrom(request)),
    narrate: async (request, options) =>
      await answered(options, () => ({ lines: portraitOf(request) })),
  }
}
