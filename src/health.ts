import type { PartHealth } from './api/context.ts'
import { storedFailure, toMemoirError } from './errors.ts'
import { servesOn, type Embedder } from './providers/embedder.ts'
import type { LanguageModel } from './providers/language-model.ts'
import type { ActiveSpace } from './recall/active-space.ts'
import type { LiveModels } from './settings/live-models.ts'
import type { Database } from './stores/database.ts'
import { findDrainFailure } from './stores/graph/graph-states.ts'
import type { GraphStore } from './stores/graph/graph-store.ts'
import type { RedisLink } from './stores/redis.ts'
import { withStatementClass } from './stores/statement-limits.ts'
import { sameSpace } from './stores/spaces/spaces.ts'
import type { TemporalClient } from './temporal/client.ts'

/** Which part of an installation answers now, and what it means when one does not. */

export interface HealthParts {
  readonly db: Database
  readonly temporal: TemporalClient
  readonly embedder: Embedder
  readonly languageModel: LanguageModel
  readonly models: Pick<LiveModels, 'problem'>
  readonly graph: GraphStore
  readonly redis: RedisLink | undefined
  readonly activeSpace: ActiveSpace
}

export function createHealth({
  db,
  temporal,
  embedder,
  languageModel,
  models,
  redis,
  graph,
  activeSpace,
}: HealthParts): () => Promise<Readonly<Record<string, PartHealth>>> {
  const look = async () => {
    const asked = postgresHealth(db)
    // What is read from Postgres may wait for several statements in a row: none is worth that once Postgres is known to be away.
    const unlessAway = async <T>(part: Promise<T>, otherwise: T): Promise<T> =>
      await Promise.race([part, asked.then(({ ok }) => (ok ? part : otherwise))])
    const [postgres, temporalHealth, problem, embedding, redisHealth, graphPart] =
      await Promise.all([
        asked,
        temporal.health(),
        unlessAway(models.problem(), undefined),
        unlessAway(embeddingHealth(embedder, activeSpace), modelHealth(embedder)),
        redisHealthOf(redis),
        graphHealth(graph, db),
      ])
    const unread = problem && { ok: false, detail: problem.message }
    return {
      postgres,
      temporal: temporalHealth,
      embedding: unread ?? embedding,
      language: unread ?? languageHealth(languageModel),
      redis: redisHealth,
      ...graphPart,
    }
  }
  return async () => await withStatementClass('probe', look)
}

async function redisHealthOf(redis: RedisLink | undefined): Promise<PartHealth> {
  if (redis === undefined) return { ok: true, detail: 'none: working memory is in this process' }
  if (await redis.answers()) return { ok: true }
  return { ok: false, detail: 'Redis does not answer; recall goes without working memory' }
}

/** Whether questions can be compared with what is stored; a vendor is not asked, since that would cost something each time. */
async function embeddingHealth(embedder: Embedder, activeSpace: ActiveSpace): Promise<PartHealth> {
  // Postgres being away is Postgres' own line.
  const space = await activeSpace().catch(() => null)
  const wanted = embedder.wanted ?? embedder.identity
  if (space === null || sameSpace(space, wanted)) return modelHealth(embedder)
  if (servesOn(space, wanted)) {
    return {
      ok: true,
      detail: `${space.provider}: ${space.model}; memoir reembed changes to ${wanted.model}`,
    }
  }
  const serves = sameSpace(space, embedder.identity)
    ? 'which serve on'
    : 'recall goes by words alone'
  return {
    ok: false,
    detail: `stored vectors come from ${space.provider}: ${space.model}; ${serves}`,
  }
}

function modelHealth({ wanted, identity }: Embedder): PartHealth {
  const { provider, model } = wanted ?? identity
  return { ok: true, detail: `${provider}: ${model}` }
}

/** Which one reads and writes language; a vendor is not asked, as above. */
function languageHealth({ identity: { provider, model } }: LanguageModel): PartHealth {
  const builtin = provider === 'builtin' ? '; no language model is configured' : ''
  return { ok: true, detail: `${provider}: ${model}${builtin}` }
}

/** Left out when Postgres is the graph: then it is Postgres' own line. */
export async function graphHealth(
  graph: GraphStore,
  db: Database,
): Promise<{ readonly graph?: PartHealth }> {
  if (graph.backend === 'postgres') return {}
  try {
    await graph.check()
    // Postgres being away is Postgres' own line.
    const failing = await findDrainFailure(db).catch(() => null)
    if (failing === null) return { graph: { ok: true, detail: graph.backend } }
    const { code, message } = storedFailure(failing.code)
    const detail = `${graph.backend} answers, but workers could not write to it since ${failing.since.toISOString()}: ${message} (${code})`
    return { graph: { ok: false, detail } }
  } catch (error) {
    return { graph: { ok: false, detail: toMemoirError(error).message } }
  }
}

async function postgresHealth(db: Database): Promise<PartHealth> {
  return (await db.answers()) ? { ok: true } : { ok: false, detail: 'Postgres does not answer' }
}
