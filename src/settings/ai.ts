import { z } from 'zod'
import type { Config } from '../config.ts'
import { dimensionsOf } from '../providers/create-embedder.ts'

/** Which models an installation uses: what was set over HTTP, and under it what the environment says. */

const endpoint = {
  base_url: z.string().optional(),
  model: z.string().optional(),
  api_key: z.string().optional(),
}

/** As it is kept; what is absent is the environment's. */
export const aiSettingsSchema = z.object({
  llm: z.object(endpoint),
  embedding: z.object({ ...endpoint, dim: z.int().optional() }),
})
export type AiSettings = z.infer<typeof aiSettingsSchema>
export type Section = keyof AiSettings
export const NOTHING_SET: AiSettings = { llm: {}, embedding: {} }

/** As it is shown: no key leaves. */
export interface ShownEndpoint {
  readonly base_url: string | null
  readonly model: string | null
  readonly api_key: 'set' | null
}
export interface ShownSettings {
  readonly llm: ShownEndpoint
  readonly embedding: ShownEndpoint & { readonly dim: number }
}

const environmentBase = {
  llm: (config: Config) => config.OPENAI_BASE_URL,
  embedding: (config: Config) => config.EMBEDDING_BASE_URL ?? config.OPENAI_BASE_URL,
} satisfies Record<Section, (config: Config) => string | undefined>

/** The address a section's requests go to; undefined for OpenAI's own. */
export function baseUrlOf(config: Config, settings: AiSettings, section: Section) {
  return settings[section].base_url ?? environmentBase[section](config)
}

/** The environment's key goes to the environment's address and to no other. */
function apiKeyOf(config: Config, settings: AiSettings, section: Section): string | undefined {
  const base = baseUrlOf(config, settings, section)
  const own = sameAddress(base, environmentBase[section](config))
  return settings[section].api_key ?? (own ? config.OPENAI_API_KEY : undefined)
}

export function sameAddress(one: string | undefined, other: string | undefined): boolean {
  return plainAddress(one) === plainAddress(other)
}

function plainAddress(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).href.replace(/\/+$/, '')
}

/** The configuration that a section's provider is made from. */
export function configOf(config: Config, settings: AiSettings, section: Section): Config {
  const key = apiKeyOf(config, settings, section)
  const base = baseUrlOf(config, settings, section)
  const models = withModels(config, settings)
  return section === 'llm'
    ? { ...models, OPENAI_API_KEY: key, OPENAI_BASE_URL: base }
    : { ...models, OPENAI_API_KEY: key, EMBEDDING_BASE_URL: base }
}

/** The configuration with the models that are in force, and without prices that were said of others. */
export function withModels(config: Config, { llm, embedding }: AiSettings): Config {
  const { model = config.LLM_MODEL } = llm
  const { model: embedder = config.EMBEDDING_MODEL, dim } = embedding
  const noLanguagePrice = { LLM_PRICE_INPUT: undefined, LLM_PRICE_OUTPUT: undefined }
  return {
    ...config,
    LLM_MODEL: model,
    EMBEDDING_MODEL: embedder,
    ...(dim === undefined
      ? {}
      : { EMBEDDING_DIM: dim, given: new Set([...config.given, 'EMBEDDING_DIM']) }),
    ...(isPriced(config.LLM_MODEL, model) ? {} : noLanguagePrice),
    ...(isPriced(config.EMBEDDING_MODEL, embedder) ? {} : { EMBEDDING_PRICE: undefined }),
  }
}

/** Whether the environment's price is that of this model: it names it, or it names none. */
function isPriced(configured: string | undefined, model: string | undefined): boolean {
  return configured === undefined || configured === model
}

/** What is in force, from wherever it comes. */
export function shown(config: Config, settings: AiSettings): ShownSettings {
  const models = withModels(config, settings)
  const { LLM_MODEL, EMBEDDING_MODEL } = models
  const endpointOf = (section: Section, model: string | undefined): ShownEndpoint => ({
    base_url: baseUrlOf(config, settings, section) ?? null,
    model: model ?? null,
    api_key: apiKeyOf(config, settings, section) === undefined ? null : 'set',
  })
  return {
    llm: endpointOf('llm', LLM_MODEL),
    embedding: { ...endpointOf('embedding', EMBEDDING_MODEL), dim: dimensionsOf(models) },
  }
}
