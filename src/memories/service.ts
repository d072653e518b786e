import type { Database } from '../stores/database.ts'
import { listRevisions } from '../stores/memories/memory-history.ts'
import { findMemories, findMemory, listMemories } from '../stores/memories/memory-list.ts'
import { listSources } from '../stores/memories/memory-sources.ts'
import { notFound, type AcceptContext } from './accept.ts'
import { updateMemory } from './change.ts'
import type { Memories } from './memories.ts'
import { removeMemory, restoreMemory } from './remove.ts'
import { storeMemories } from './store.ts'

/** Memories as they are written, read and taken away one by one. */
export function createMemories(context: AcceptContext & { readonly db: Database }): Memories {
  const { db } = context
  return {
    store: async (...given) => await storeMemories(context, ...given),
    update: async (...given) => await updateMemory(context, ...given),
    remove: async (...given) => await removeMemory(context, ...given),
    restore: async (...given) => await restoreMemory(context, ...given),
    get: async (key) => await findMemory(db, key),
    sources: async (memory) => await listSources(db, memory),
    getAll: async (reach, ids) => await findMemories(db, reach, ids),
    list: async (query) => await listMemories(db, query),
    async history(key, page) {
      if ((await findMemory(db, key)) === null) throw notFound()
      return await listRevisions(db, { ...key, ...page })
    },
  }
}
