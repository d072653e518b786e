import type { Config } from '../config.ts'
import { MemoirError, SENTENCE, toMemoirError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { createEmbedder } from '../providers/create-embedder.ts'
import { createLanguageModel } from '../providers/create-language-model.ts'
import type { Embedder } from '../providers/embedder.ts'
import type { LanguageModel } from '../providers/language-model.ts'
import { createRulesModel } from '../providers/rules-model.ts'
import type { Database } from '../stores/database.ts'
import { findSetting } from '../stores/settings.ts'
import { findActiveSpace, sameSpace, type Space } from '../stores/spaces.ts'
import { configOf, NOTHING_SET, withModels, type AiSettings } from './ai.ts'
import { AI_SETTING, openSettings } from './sealed.ts'

/** Models that follow the settings while the process runs: a change reaches every process within two seconds. */

const FRESH_MS = 2_000

export interface LiveModelsDependencies {
  readonly config: Config
  readonly db: Database
  readonly metrics: Metrics
  readonly log: Logger
}

export interface LiveModels {
  readonly embedder: Embedder
  readonly languageModel: LanguageModel
  /** The configuration with the models in force. */
  config(): Promise<Config>
  /** Why models cannot be asked although they are set; undefined when they can. */
  problem(): Promise<MemoirError | undefined>
  /** Looks again at the next use. */
  forget(): void
}

/** One reading of the settings, and what was made of it. */
interface Reading {
  readonly sealed: Buffer | null
  readonly settings: AiSettings
  readonly embedder: Embedder
  readonly languageModel: LanguageModel
  /** Why no vendor may be asked: the settings cannot be read, and the environment's models are not what was wanted. */
  readonly problem?: MemoirError
}

export function createLiveModels(dependencies: LiveModelsDependencies): LiveModels {
  const readings = createReadings(dependencies)
  let known: Space | null = null
  const space = fresh<Space | null>(async () => {
    // While Postgres is away nothing is written either.
    known = await findActiveSpace(dependencies.db).catch(() => known)
    return known
  })
  const usable = async () => {
    const reading = await readings.now()
    if (reading.problem) throw reading.problem
    return reading
  }
  return {
    config: async () => withModels(dependencies.config, (await readings.now()).settings),
    problem: async () => (await readings.now()).problem,
    forget() {
      readings.forget()
      space.forget()
    },
    languageModel: liveLanguageModel(readings, async () => (await usable()).languageModel),
    embedder: {
      get identity() {
        return readings.latest().embedder.identity
      },
      ready: async () => void (await readings.now()),
      async embed(texts, options) {
        const { embedder } = await usable()
        // Whoever asks has looked up the space before: a change in between must not put vectors of two models into one.
        const active = await space.now()
        if (active && !sameSpace(active, embedder.identity)) {
          throw new MemoirError('reembed_required', SENTENCE.reembed_required)
        }
        return await embedder.embed(texts, options)
      },
    },
  }
}

function liveLanguageModel(
  readings: ReturnType<typeof createReadings>,
  model: () => Promise<LanguageModel>,
): LanguageModel {
  return {
    get identity() {
      return readings.latest().languageModel.identity
    },
    ready: async () => void (await readings.now()),
    extractMemories: async (...asked) => await (await model()).extractMemories(...asked),
    resolve: async (...asked) => await (await model()).resolve(...asked),
    summarise: async (...asked) => await (await model()).summarise(...asked),
    answer: async (...asked) => await (await model()).answer(...asked),
    narrate: async (...asked) => await (await model()).narrate(...asked),
  }
}

function createReadings({ config, db, metrics, log }: LiveModelsDependencies) {
  const make = (settings: AiSettings) => ({
    embedder: createEmbedder(configOf(config, settings, 'embedding'), metrics),
    languageModel: createLanguageModel(
      configOf(config, settings, 'llm'),
      metrics,
      createRulesModel,
    ),
  })
  const asEnvironmentSays = { sealed: null, settings: NOTHING_SET, ...make(NOTHING_SET) }
  let latest: Reading = asEnvironmentSays

  const reading = fresh<Reading>(async () => {
    try {
      const sealed = await findSetting(db, AI_SETTING)
      if (!sameBytes(sealed, latest.sealed) || latest.problem) latest = await read(sealed)
    } catch (error) {
      // Postgres being away is told by whoever needs it; models go on as they last were.
      log.debug({ error }, 'settings could not be looked up')
    }
    return latest
  })

  async function read(sealed: Buffer | null): Promise<Reading> {
    try {
      const settings = await openSettings(config, sealed)
      return { sealed, settings, ...made(settings) }
    } catch (error) {
      const problem = toMemoirError(error)
      if (!latest.problem) log.error({ error: problem }, 'the stored settings cannot be read')
      return { ...asEnvironmentSays, sealed, problem }
    }
  }

  /** Only what changed is made anew: a provider has learned what its endpoint lacks. */
  function made(settings: AiSettings) {
    const { embedder, languageModel } = make(settings)
    const same = (section: 'llm' | 'embedding') =>
      JSON.stringify(settings[section]) === JSON.stringify(latest.settings[section])
    return {
      embedder: same('embedding') ? latest.embedder : embedder,
      languageModel: same('llm') ? latest.languageModel : languageModel,
    }
  }

  return { ...reading, latest: () => latest }
}

function sameBytes(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other)
}

/** What was looked up stands for two seconds; who asks meanwhile shares the one look. */
function fresh<T>(look: () => Promise<T>) {
  let known: { readonly value: Promise<T>; readonly at: number } | undefined
  return {
    async now(): Promise<T> {
      const now = performance.now()
      if (known && now - known.at < FRESH_MS) return await known.value
      const value = look()
      known = { value, at: now }
      value.catch(() => {
        if (known?.value === value) known = undefined
      })
      return await value
    },
    forget() {
      known = undefined
    },
  }
}
