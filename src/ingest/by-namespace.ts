import type { ConversationSource } from './conversation.ts'
import type { Ingest } from './ingest.ts'

/** Ingest of whichever namespace a job belongs to, each from its own source. */
export function ingestByNamespace(
  sourceOf: (namespaceId: string) => Promise<ConversationSource>,
  create: (source: ConversationSource) => Ingest,
): Ingest {
  const made = new Map<ConversationSource, Ingest>()
  const of = async (namespaceId: string): Promise<Ingest> => {
    const source = await sourceOf(namespaceId)
    const ingest = made.get(source) ?? create(source)
    made.set(source, ingest)
    return ingest
  }
  return {
    begin: async (job) => await (await of(job.namespaceId)).begin(job),
    page: async (request, hooks) => await (await of(request.namespaceId)).page(request, hooks),
    finish: async (job) => await (await of(job.namespaceId)).finish(job),
  }
}
