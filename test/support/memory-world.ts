import { loadConfig } from '../../src/config.ts'
import type { RecallResult } from '../../src/domain/recall.ts'
import { forget, type ForgetRequest, type Tombstone } from '../../src/forget/forget.ts'
import { NOTHING } from '../../src/memories/derive.ts'
import type { MemoryChange, NewMemory } from '../../src/memories/memories.ts'
import { createPersistence } from '../../src/memories/persist.ts'
import { createMemories } from '../../src/memories/service.ts'
import { createHashingEmbedder } from '../../src/providers/hashing-embedder.ts'
import type { Embedder } from '../../src/providers/embedder.ts'
import type { Database } from '../../src/stores/database.ts'
import { supersedeFacts } from '../../src/stores/memories/facts.ts'
import type { FocusBuffer } from '../../src/stores/recall/focus.ts'
import { applyUserChanges, lockUsers } from '../../src/stores/memory-users.ts'
import { createPostgresGraph } from '../../src/stores/graph/postgres-graph.ts'
import { defaultNamespace } from './ingest.ts'
import { createRecallFixture, type AskOptions } from './recall.ts'

/** Memories that are written, changed and taken away without Temporal: each job is done at once. */
export interface MemoryWorld {
  readonly namespaceId: string
  remember(content: string, more?: Partial<NewMemory> & { user?: string }): Promise<string>
  change(id: string, change: MemoryChange): Promise<void>
  remove(id: string, hard?: boolean): Promise<void>
  restore(id: string): Promise<void>
  /** @returns whether it gave way: only facts do */
  supersede(old: string, by: string): Promise<boolean>
  forget(request: Partial<ForgetRequest>): Promise<Tombstone>
  ask(query: string, options?: AskOptions): Promise<RecallResult>
}

export async function createMemoryWorld(
  db: Database,
  {
    embedder = createHashingEmbedder({ dimensions: 128, precision: 'fp16' }),
    focus,
    env = {},
  }: { embedder?: Embedder; focus?: FocusBuffer; env?: Readonly<Record<string, string>> } = {},
): Promise<MemoryWorld> {
  const config = loadConfig({ MEMOIR_ENCRYPTION_KEY: 'a key of a test, long enough', ...env })
  const namespaceId = await defaultNamespace(db)
  const context = { config, db, launch: () => undefined }
  const memories = createMemories(context)
  const graph = createPostgresGraph(db)
  const persistence = createPersistence({ config, db, embedder, graph })
  const finish = async (work: Promise<{ ids: readonly string[]; job: string }>) => {
    const { ids, job } = await work
    await persistence.embed({ jobId: job }, new AbortController().signal)
    await persistence.link({ jobId: job })
    return ids[0] ?? ''
  }
  const key = (id: string) => ({ namespaceId, id })
  return {
    namespaceId,
    async remember(content, { user = 'ada', ...more } = {}) {
      const memory = { scope: 'personal', ...more, content }
      const request = { namespaceId, userId: user, memories: [memory], extractEntities: true }
      return await finish(memories.store(request))
    },
    async change(id, change) {
      await finish(memories.update({ key: key(id), change, extractEntities: true }))
    },
    async remove(id, hard = false) {
      const { job } = await memories.remove({ key: key(id), hard, cascade: false })
      if (hard) await persistence.removeRows({ jobId: job })
    },
    async restore(id) {
      await finish(memories.restore(key(id)))
    },
    async supersede(old, by) {
      return await db.transaction(async (tx) => {
        const { rows } = await tx.query<{ userId: string }>(
          `select user_id as "userId" from memoir.memory_trace where id = $1`,
          [old],
        )
        const userId = rows[0]?.userId ?? ''
        await lockUsers(tx, [userId])
        const gone = await supersedeFacts(tx, userId, [{ old, by }])
        await applyUserChanges(tx, [{ ...NOTHING, userId, traces: -gone.length }])
        return gone.length > 0
      })
    },
    forget: async (request) => await forget(context, { namespaceId, dryRun: false, ...request }),
    ask: await createRecallFixture(db, {
      embedder,
      heads: config.MEMORY_HEADS,
      ...(focus === undefined ? {} : { focus }),
    }),
  }
}
