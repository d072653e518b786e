import type { Config } from '../config.ts'
import { MemoirError, SENTENCE, toMemoirError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { createEmbedder } from '../providers/create-embedder.ts'
import { createLanguageModel } from '../providers/create-language-model.ts'
import { embedEach, servesOn, type Embedder } from '../providers/embedder.ts'
import type { LanguageModel } from '../providers/language-model.ts'
import { createRulesModel } from '../providers/rules-model.ts'
import type { SharedRates } from '../providers/shared-rate-limit.ts'
import type { Database } from '../stores/database.ts'
import { findSetting } from '../stores/settings.ts'
import { findActiveSpace, sameSpace, type Space } from '../stores/spaces/spaces.ts'
import { configOf, NOTHING_SET, withModels, type AiSettings } from './ai.ts'
import { createMakers, type Makers } from './makers.ts'
import { AI_SETTING, openSettings } from './sealed.ts'

/** Models that follow the settings while the process runs: a change reaches every process within two seconds. */

const FRESH_MS = 2_000

export interface LiveModelsDependencies {
  readonly config: Config
  readonly db: Database
  readonly metrics: Metrics
  readonly log: Logger
  /** What all processes may ask of a vendor together, where they share something. */
  readonly rates?: SharedRates | null
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
  /** Whoever makes the vectors of a stored space, active or not; null when no known endpoint does. */
  makerOfSpace(space: Space): Promise<Embedder | null>
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
  const usable = async () => {
    const reading = await readings.now()
    if (reading.problem) throw reading.problem
    return reading
  }
  const { embedder, forget, makerOfSpace } = liveEmbedder(dependencies, { ...readings, usable })
  return {
    config: async () => withModels(dependencies.config, (await readings.now()).settings),
    problem: async () => (await readings.now()).problem,
    forget() {
      readings.forget()
      forget()
    },
    languageModel: liveLanguageModel(readings, async () => (await usable()).languageModel),
    embedder,
    makerOfSpace,
  }
}

type Readings = ReturnType<typeof createReadings>

/** What makes the vectors of the active space when it is not the configured model: while memories are embedded anew, or that was undone. */
function createServing(db: Database, readings: Readings, makers: Makers) {
  let known: Space | null = null
  let serving: Embedder | null = null
  const space = fresh<Space | null>(async () => {
    // While Postgres is away nothing is written either.
    known = await findActiveSpace(db).catch(() => known)
    const { embedder, settings } = await readings.now()
    const serves =
      known !== null &&
      (known.successor !== null || known.pinned || servesOn(known, embedder.identity))
    const other = known !== null && serves && !sameSpace(known, embedder.identity) ? known : null
    serving = other === null ? null : await makers.of(other, settings)
    return known
  })
  return {
    active: async () => await space.now(),
    forget: () => space.forget(),
    maker: () => serving,
  }
}

/** The caller has looked up the space before: a change in between must not put vectors of two models into one. */
function ofSpace(embedder: Embedder, active: Space | null): Embedder {
  if (active === null || sameSpace(active, embedder.identity)) return embedder
  throw new MemoirError('reembed_required', SENTENCE.reembed_required)
}

/** The configured embedder, or the one that serves in its place. */
function liveEmbedder(
  dependencies: LiveModelsDependencies,
  readings: Readings & { readonly usable: () => Promise<Reading> },
) {
  const makers = createMakers(dependencies)
  const serving = createServing(dependencies.db, readings, makers)
  const current = () => serving.maker() ?? readings.latest().embedder
  const ready = async () => void (await readings.now().then(serving.active))
  const maker = async () => {
    await readings.usable()
    const active = await serving.active()
    return ofSpace(current(), active)
  }
  const embedder: Embedder = {
    get identity() {
      return current().identity
    },
    get wanted() {
      return readings.latest().embedder.identity
    },
    ready,
    async warm() {
      await ready()
      await current().warm?.()
    },
    async refresh() {
      readings.forget()
      serving.forget()
      await ready()
    },
    async makerOf(wanted) {
      await ready()
      const { embedder: configured, problem } = readings.latest()
      // It says what is wrong when it is asked.
      if (problem) return embedder
      if (sameSpace(configured.identity, wanted)) return configured
      const other = serving.maker()
      return other !== null && sameSpace(other.identity, wanted) ? other : null
    },
    embed: async (texts, options) => await (await maker()).embed(texts, options),
    embedEach: async (texts, options) => await embedEach(await maker(), texts, options),
  }
  return {
    embedder,
    forget: () => serving.forget(),
    makerOfSpace: async (wanted: Space) => await makerFor(await readings.usable(), makers, wanted),
  }
}

async function makerFor(
  { embedder, settings }: Reading,
  makers: Makers,
  wanted: Space,
): Promise<Embedder | null> {
  if (sameSpace(embedder.identity, wanted)) return embedder
  return await makers.of(wanted, settings)
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

function createReadings({ config, db, metrics, log, rates = null }: LiveModelsDependencies) {
  const make = (settings: AiSettings) => ({
    embedder: createEmbedder(configOf(config, settings, 'embedding'), metrics, rates),
    languageModel: createLanguageModel(
      configOf(config, settings, 'llm'),
      metrics,
      createRulesModel,
      rates,
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
