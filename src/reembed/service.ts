import type { Config } from '../config.ts'
import { MemoirError } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import type { Embedder, SpaceIdentity } from '../providers/embedder.ts'
import { openPrevious, spaceOfSettings, swapSettings } from '../settings/previous.ts'
import { appendAudit } from '../stores/audit.ts'
import type { Database, Queryable } from '../stores/database.ts'
import { findJobRow, findUnfinishedByLock, type JobRow } from '../stores/jobs/jobs.ts'
import { lockSettings } from '../stores/settings.ts'
import { closeShadows } from '../stores/spaces/reembed.ts'
import {
  dropEmptySpace,
  findActiveSpace,
  findRetiredAt,
  findSpace,
  lockActiveSpace,
  measureSpace,
  sameSpace,
  type Space,
} from '../stores/spaces/spaces.ts'
import { acceptReembed } from './accept.ts'
import { estimateReembed, type ReembedEstimate } from './estimate.ts'
import { REEMBED_LOCK, spaceName } from './job.ts'

/** Embedding all memories anew, as callers ask for it. */
export interface Reembeds {
  state(): Promise<ReembedState>
  /** An installation without vectors begins with the configured model; any other keeps what it has. */
  begin(): Promise<ReembedState>
  /**
   * Accepts that the memories are embedded with the configured model, or with the one before.
   * @throws MemoirError `conflict` when there is nothing to do or another job is unfinished
   */
  accept(request: ReembedCall): Promise<{ readonly id: string }>
}

export interface ReembedCall {
  readonly namespaceId: string
  readonly actor: string
  readonly undo: boolean
}

export interface SpaceName {
  readonly model: string
  readonly dim: number
}

export interface ReembedState {
  /** What the stored vectors are of; null while there are none. */
  readonly stored: SpaceName | null
  readonly configured: SpaceName
  /** Whether the two differ. */
  readonly required: boolean
  /** An unfinished job. */
  readonly job: string | null
  readonly estimate: ReembedEstimate | null
  /** What can be gone back to, and until when. */
  readonly undo: (SpaceName & { readonly until: Date }) | null
}

export interface ReembedsDependencies {
  readonly config: Config
  readonly inForce: () => Promise<Config>
  readonly db: Database
  readonly metrics: Metrics
  readonly embedder: Embedder
  readonly launch: (row: JobRow) => void
  /** Told when settings were put back. */
  readonly onChange: () => void
}

const DAY_MS = 86_400_000

export function createReembeds(dependencies: ReembedsDependencies): Reembeds {
  const { db, launch, onChange } = dependencies
  return {
    state: async () => await readState(dependencies),
    async begin() {
      const state = await readState(dependencies)
      if (!state.required || state.estimate !== null || state.job !== null) return state
      await db.transaction(dropWithoutVectors)
      onChange()
      return await readState(dependencies)
    },
    async accept(call) {
      const wanted = await wantedOf(dependencies)
      const { id, fresh } = await db.transaction(
        async (tx) => await accept(tx, dependencies, { call, wanted }),
      )
      onChange()
      const row = fresh ? await findJobRow(db, { namespaceId: call.namespaceId, id }) : null
      if (row !== null) launch(row)
      return { id }
    },
  }
}

/** Whoever writes the first vector makes the space of its model. */
async function dropWithoutVectors(tx: Queryable): Promise<void> {
  await lockSettings(tx)
  const active = await lockActiveSpace(tx)
  if (active === null || (await measureSpace(tx, active)) !== null) return
  await closeShadows(tx)
  await dropEmptySpace(tx, active)
}

/** What the configuration asks for now, whatever serves. */
async function wantedOf({ embedder }: Pick<ReembedsDependencies, 'embedder'>) {
  await (embedder.refresh ?? embedder.ready)?.()
  return embedder.wanted ?? embedder.identity
}

async function accept(
  tx: Queryable,
  { config, metrics }: ReembedsDependencies,
  { call, wanted }: { readonly call: ReembedCall; readonly wanted: SpaceIdentity },
) {
  const { namespaceId, actor, undo } = call
  await lockSettings(tx)
  const target = undo ? await requirePredecessor(tx) : wanted
  const accepted = await acceptReembed(tx, { namespaceId, wanted: target, undo })
  if (!accepted.fresh) return accepted
  if (undo) await putBack(tx, { config, metrics }, target)
  await appendAudit(tx, {
    namespaceId,
    actor,
    action: undo ? 'reembed.undo' : 'reembed',
    subject: accepted.id,
    details: { model: target.model, dim: target.dimensions },
  })
  return accepted
}

async function requirePredecessor(tx: Queryable): Promise<Space> {
  const active = await findActiveSpace(tx)
  const before = active?.predecessor ? await findSpace(tx, active.predecessor) : null
  if (before !== null) return before
  throw new MemoirError('conflict', 'There is no earlier embedding space to go back to.')
}

/** What was set before goes back too, when it is what makes the vectors of that space; what was set until now is kept in its place. */
async function putBack(
  tx: Queryable,
  parts: Pick<ReembedsDependencies, 'config' | 'metrics'>,
  target: SpaceIdentity,
): Promise<void> {
  const previous = await openPrevious(tx, parts.config)
  if (previous === null || !sameSpace(spaceOfSettings(parts, previous), target)) return
  await swapSettings(tx, parts.config, previous)
}

async function readState(dependencies: ReembedsDependencies): Promise<ReembedState> {
  const { config, inForce, db } = dependencies
  const wanted = await wantedOf(dependencies)
  const active = await findActiveSpace(db)
  const required = active !== null && !sameSpace(active, wanted)
  const price = required ? (await inForce()).EMBEDDING_PRICE : undefined
  return {
    stored: active === null ? null : spaceName(active),
    configured: spaceName(wanted),
    required,
    job: (await findUnfinishedByLock(db, REEMBED_LOCK))?.id ?? null,
    estimate: required ? await estimateReembed(db, { active, wanted, price }) : null,
    undo: active === null ? null : await undoOf(db, config, active),
  }
}

async function undoOf(db: Database, config: Config, { predecessor }: Space) {
  const before = predecessor === null ? null : await findSpace(db, predecessor)
  const retiredAt = before === null ? null : await findRetiredAt(db, before.id)
  if (before === null || retiredAt === null) return null
  const until = new Date(retiredAt.getTime() + config.REEMBED_UNDO_DAYS * DAY_MS)
  return { ...spaceName(before), until }
}
