import type { Config } from '../config.ts'
import { MemoirError } from '../errors.ts'
import { addressRefusal } from '../providers/address-rules.ts'
import { LOCAL } from '../providers/default-model.ts'
import { baseUrlOf, sameAddress, withModels, type AiSettings, type Section } from './ai.ts'

/** What is asked to change: an absent field stays, null goes back to the environment's. */
export interface EndpointChange {
  readonly base_url?: string | null
  readonly model?: string | null
  /** `set`, as it is shown, stays. */
  readonly api_key?: string | null
}
export interface AiChange {
  readonly llm?: EndpointChange
  readonly embedding?: EndpointChange & { readonly dim?: number | null }
}

/** Vectors of full precision can be indexed up to here. */
const MAX_FULL_DIMENSIONS = 2_000

/**
 * The settings after a change. A key is given to one address: with another base URL it goes, unless a key came along.
 * @throws MemoirError `invalid_request` that names the field
 */
export function changed(config: Config, before: AiSettings, change: AiChange): AiSettings {
  const after: AiSettings = {
    llm: { ...before.llm, ...given(change.llm) },
    embedding: { ...before.embedding, ...given(change.embedding) },
  }
  for (const section of ['llm', 'embedding'] as const) {
    dropNulls(after[section], change[section])
    const moved = !sameAddress(
      baseUrlOf(config, before, section),
      baseUrlOf(config, after, section),
    )
    if (moved && !given(change[section])['api_key']) delete after[section].api_key
    requireAddress(config, after[section].base_url, `${section}.base_url`)
  }
  requireEmbedding(config, after)
  return after
}

/** Names of the fields that differ, for the audit log. */
export function differences(before: AiSettings, after: AiSettings): string[] {
  return (['llm', 'embedding'] as const).flatMap((section) => {
    const one = new Map<string, unknown>(Object.entries(before[section]))
    const other = new Map<string, unknown>(Object.entries(after[section]))
    return [...new Set([...one.keys(), ...other.keys()])]
      .filter((field) => one.get(field) !== other.get(field))
      .map((field) => `${section}.${field}`)
  })
}

type Given = Partial<Record<'base_url' | 'model' | 'api_key', string>> & { dim?: number }

function given(change: AiChange[Section] = {}): Given {
  return Object.fromEntries(
    Object.entries(change).filter(
      ([field, value]) => value !== undefined && value !== null && !isMask(field, value),
    ),
  )
}

const isMask = (field: string, value: unknown) => field === 'api_key' && value === 'set'

function dropNulls(section: AiSettings['embedding'], change: AiChange[Section] = {}): void {
  const cleared = new Set(
    Object.entries(change).flatMap(([field, value]) => (value === null ? [field] : [])),
  )
  for (const field of ['base_url', 'model', 'api_key', 'dim'] as const) {
    if (cleared.has(field)) delete section[field]
  }
}

function requireAddress(config: Config, url: string | undefined, field: string): void {
  if (url === undefined) return
  const problem = addressRefusal(url, { allowPrivate: config.MEMOIR_ALLOW_PRIVATE_PROVIDERS })
  if (problem !== undefined) throw refused(field, problem)
}

function requireEmbedding(config: Config, after: AiSettings): void {
  const { EMBEDDING_MODEL, EMBEDDING_DIM, EMBEDDING_PRECISION } = withModels(config, after)
  if (EMBEDDING_PRECISION === 'fp32' && EMBEDDING_DIM > MAX_FULL_DIMENSIONS) {
    throw refused('embedding.dim', 'at most 2000 with EMBEDDING_PRECISION=fp32')
  }
  const { model } = after.embedding
  // A folder of the server is for whoever runs it to name; as it is shown, it may come back.
  if (model?.startsWith(LOCAL) === true && model !== config.EMBEDDING_MODEL) {
    throw refused('embedding.model', 'a model of this machine is set in the environment only')
  }
  const isNamed = EMBEDDING_MODEL !== undefined && !EMBEDDING_MODEL.startsWith(LOCAL)
  if (after.embedding.base_url !== undefined && !isNamed) {
    throw refused('embedding.model', 'needed together with embedding.base_url')
  }
}

function refused(field: string, problem: string): MemoirError {
  return new MemoirError('invalid_request', `${field}: ${problem}`, { details: { field } })
}
