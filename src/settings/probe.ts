import type { Config } from '../config.ts'
import { toMemoirError, type ErrorCode } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import { createEmbedder } from '../providers/create-embedder.ts'
import { createLanguageModel } from '../providers/create-language-model.ts'
import type { LanguageModel, ModelOptions } from '../providers/language-model.ts'
import { createRulesModel } from '../providers/rules-model.ts'
import { configOf, type AiSettings } from './ai.ts'

/** One small question to each model. What comes back is a code and a time: an address may be anybody's, and so its answers. */

export interface Probed {
  readonly ok: boolean
  /** `ok`, or what a job would fail with. */
  readonly code: 'ok' | ErrorCode
  readonly latency_ms: number
}

/** Both together: the first failure and the whole time; and each by itself. */
export interface ProbeResult extends Probed {
  readonly llm: Probed
  readonly embedding: Probed
}

/** Longer than a model needs to wake up on a small machine. */
const TIMEOUT_MS = 30_000

export async function probe(
  { config, metrics }: { config: Config; metrics: Metrics },
  settings: AiSettings,
): Promise<ProbeResult> {
  const options = () => ({ priority: 'live' as const, signal: AbortSignal.timeout(TIMEOUT_MS) })
  const [llm, embedding] = await Promise.all([
    timed(async () => {
      const own = configOf(config, settings, 'llm')
      const model = createLanguageModel(own, metrics, createRulesModel)
      await askOnce(model, options())
    }),
    timed(async () => {
      const own = configOf(config, settings, 'embedding')
      await createEmbedder(own, metrics).embed(['lake'], options())
    }),
  ])
  const failed = [llm, embedding].find(({ ok }) => !ok)
  return {
    ok: failed === undefined,
    code: failed?.code ?? 'ok',
    latency_ms: Math.max(llm.latency_ms, embedding.latency_ms),
    llm,
    embedding,
  }
}

/** The smallest question there is, in the form all others have. The built-in rules need not be asked. */
export async function askOnce(model: LanguageModel, options: ModelOptions): Promise<void> {
  if (model.identity.provider !== 'builtin') await model.summarise(SAMPLE, options)
}

const SAMPLE = {
  turns: [
    { position: 0, role: 'user', name: null, content: 'We hiked to the lake on Sunday.', at: null },
  ],
  facts: [],
  maxChars: 200,
  language: 'en',
}

async function timed(ask: () => Promise<void>): Promise<Probed> {
  const began = performance.now()
  const took = () => Math.round(performance.now() - began)
  try {
    await ask()
    return { ok: true, code: 'ok', latency_ms: took() }
  } catch (error) {
    const late = error instanceof Error && ['TimeoutError', 'AbortError'].includes(error.name)
    return {
      ok: false,
      code: late ? 'vendor_unavailable' : toMemoirError(error).code,
      latency_ms: took(),
    }
  }
}
