import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { DEFAULT_MODEL, LOCAL } from '../providers/default-model.ts'
import { readLocalModel } from '../providers/local-model.ts'
import { localRuntimeOf } from '../providers/local-runtime.ts'
import { provideModel, type ProvidedModel } from './embedding-model.ts'
import type { Machine } from './programs.ts'
import type { StartedPart } from './stack.ts'

/**
 * Once everything else is there, a start waits that long at most for a model; then it goes on without. The fetching goes on too, for the
 * next start.
 */
const WAIT_MS = 15_000

export interface EmbedderGround {
  readonly config: Config
  readonly machine: Machine
  readonly say: (line: string) => void
  readonly closers: AsyncDisposableStack
}

export interface EmbedderOptions {
  readonly provide?: typeof provideModel
  readonly waitMs?: number
}

/** Begins to look for the embedding model, beside whatever else starts; the answer is waited for at the end. */
export function beginEmbedder(
  ground: EmbedderGround,
  { provide = provideModel, waitMs = WAIT_MS }: EmbedderOptions = {},
): () => Promise<StartedPart> {
  const { config, machine, say, closers } = ground
  const chosen = chosenBy(config)
  if (chosen !== undefined) return async () => await Promise.resolve(chosen)
  const stop = new AbortController()
  const finding = provide({ model: DEFAULT_MODEL, machine, say, signal: stop.signal })
  const found = finding.then(usable)
  // Waited for at the end, so that nothing writes into the cache once `up` is gone.
  closers.defer(async () => {
    stop.abort()
    await found
  })
  return async () => {
    const waiting = new AbortController()
    const late = pause(waitMs, undefined, { signal: waiting.signal }).catch(() => undefined)
    const part = await Promise.race([found, late])
    waiting.abort()
    return part ?? hashing('the model is still being fetched; the next start has it')
  }
}

/** What somebody set stays: a model, or the length of the built-in vectors. */
function chosenBy({
  EMBEDDING_MODEL: model,
  EMBEDDING_DIM,
  given,
}: Config): StartedPart | undefined {
  if (model !== undefined) return { part: { how: 'configured', detail: model }, env: {} }
  if (given.has('EMBEDDING_MODEL') || given.has('EMBEDDING_DIM')) {
    return { part: { how: 'configured', detail: `hashing, ${EMBEDDING_DIM} dimensions` }, env: {} }
  }
  return undefined
}

/** Loaded once before anybody relies on it: the runtime's packages are optional, and not for every machine. */
async function usable(provided: ProvidedModel): Promise<StartedPart> {
  if ('why' in provided) {
    return hashing(
      `${DEFAULT_MODEL.title} could not be had: ${provided.why}. The next start tries again`,
    )
  }
  const { folder, how } = provided
  try {
    await localRuntimeOf(readLocalModel(folder)).warm()
  } catch (error) {
    return hashing(error instanceof Error ? error.message : 'the model cannot be used')
  }
  return {
    part: { how, detail: `${DEFAULT_MODEL.title}, ${folder}` },
    env: { EMBEDDING_MODEL: `${LOCAL}${folder}` },
  }
}

/** It says what it costs, and how to get the model. */
const hashing = (why: string): StartedPart => ({
  part: { how: 'in-process', detail: `hashing, which knows words but not what they mean: ${why}.` },
  env: {},
})
