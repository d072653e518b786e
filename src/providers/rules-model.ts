import { extractFacts } from '../text/extraction/extract.ts'
import type { LanguageModel, ModelAnswer } from './language-model.ts'

/**
 * A model without a vendor: rules and statistics over the words themselves. The same input gives the same output, it costs nothing
 * and asks nobody. It knows what was said, never what was meant: where it is in doubt it says nothing.
 */

/** Goes up with every change of what the rules answer, as a prompt's version does. */
const RULES_VERSION = 'rules-1'

const answered = async <T>(make: () => T): Promise<ModelAnswer<T>> =>
  await Promise.resolve({ value: make(), promptVersion: RULES_VERSION })

export function createRulesModel(): Pick<LanguageModel, 'identity' | 'extractMemories'> {
  return {
    identity: { provider: 'builtin', model: 'rules' },
    extractMemories: async (request) => await answered(() => extractFacts(request)),
  }
}
