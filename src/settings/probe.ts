import type { Config } from '../config.ts'
import { MemoirError, SENTENCE, toMemoirError, type ErrorCode } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import { createEmbedder } from '../providers/create-embedder.ts'
import { createLanguageModel } from '../providers/create-language-model.ts'
import type { Embedder } from '../providers/embedder.ts'
import type { LanguageModel, ModelOptions } from '../providers/language-model.ts'
import { createRulesModel } from '../providers/rules-model.ts'
import { WORKAROUNDS, type NoteWorkaround, type Workaround } from '../providers/workarounds.ts'
import { configOf, type AiSettings } from './ai.ts'

/**
 * Whether models do what Memoir asks of them: two texts and a long one are embedded, and the facts of one turn are asked for. It tells
 * what was worked around, and what a vendor that fails said.
 */

export interface Probed {
  readonly ok: boolean
  /** `ok`, or what a job would fail with. */
  readonly code: 'ok' | ErrorCode
  readonly latency_ms: number
}

export interface ProbedModel extends Probed {
  /** The vendor's own words, at most 500 characters without keys. */
  readonly detail?: string
  /** What it does otherwise than asked, in sentences. */
  readonly worked_around: readonly string[]
}

/** Both together: the first failure and the longer time; and each by itself. */
export interface ProbeResult extends Probed {
  readonly llm: ProbedModel
  readonly embedding: ProbedModel
}

/** Longer than a model needs to wake up on a small machine. */
const TIMEOUT_MS = 60_000

export async function probe(
  { config, metrics }: { config: Config; metrics: Metrics },
  settings: AiSettings,
): Promise<ProbeResult> {
  const options = () => ({ priority: 'live' as const, signal: AbortSignal.timeout(TIMEOUT_MS) })
  const [llm, embedding] = await Promise.all([
    timed(async (note) => {
      const own = configOf(config, settings, 'llm')
      await askFacts(createLanguageModel(own, metrics, createRulesModel, null, note), options())
    }),
    timed(async (note) => {
      const own = configOf(config, settings, 'embedding')
      await embedSamples(createEmbedder(own, metrics, null, note), options())
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
  if (model.identity.provider === 'builtin') return
  await model.summarise({ turns: [TURN], facts: [], maxChars: 200, language: 'en' }, options)
}

const TURN = {
  position: 0,
  role: 'user',
  name: null,
  content: 'We hiked to the lake on Sunday, and I live in Oslo.',
  at: null,
}

/** As a session asks: facts with their quotes, in a form. */
async function askFacts(model: LanguageModel, options: ModelOptions): Promise<void> {
  if (model.identity.provider === 'builtin') return
  const referenceTime = new Date().toISOString()
  await model.extractMemories({ turns: [TURN], before: [], referenceTime, language: 'en' }, options)
}

/** As long as a chunk of a conversation is. */
const LONG = `${TURN.content} `.repeat(130)

/** @throws MemoirError `vendor_bad_answer` when every text gets the same vector */
async function embedSamples(embedder: Embedder, options: ModelOptions): Promise<void> {
  const [lake, tax] = await embedder.embed(['A lake in the hills.', 'The tax is due.'], options)
  if (lake !== undefined && lake.every((value, at) => value === tax?.[at])) {
    throw new MemoirError('vendor_bad_answer', SENTENCE.vendor_bad_answer, {
      vendorText: 'the same vector for two texts',
    })
  }
  await embedder.embed([LONG], options)
}

async function timed(ask: (note: NoteWorkaround) => Promise<void>): Promise<ProbedModel> {
  const began = performance.now()
  const noted = new Set<Workaround>()
  const told = () => ({
    latency_ms: Math.round(performance.now() - began),
    worked_around: [...noted].map((what) => WORKAROUNDS[what]),
  })
  try {
    await ask((what) => noted.add(what))
    return { ok: true, code: 'ok', ...told() }
  } catch (error) {
    const late = error instanceof Error && ['TimeoutError', 'AbortError'].includes(error.name)
    const { code, vendorText } = toMemoirError(error)
    const detail = late ? `no answer within ${TIMEOUT_MS / 1000} seconds` : vendorText
    return {
      ok: false,
      code: late ? 'vendor_unavailable' : code,
      ...told(),
      ...(detail === undefined || detail === '' ? {} : { detail }),
    }
  }
}
