import type { Database } from '../stores/database.ts'
import { pageLinks, type LinkPlace } from '../stores/portable/export-links.ts'
import {
  pageMemories,
  pageRevisions,
  pageSources,
  type ExportedMemoryRow,
  type ExportedRevision,
  type ExportedSource,
  type RevisionPlace,
  type SourcePlace,
} from '../stores/portable/export-memories.ts'
import { presentMemory } from '../stores/memories/memories.ts'
import { pages, type Line } from './pages.ts'

/** Memories with what they were and what they rest on. */

/** A memory holds a quarter of a mebibyte at most. */
const MEMORIES = 50

interface Exported {
  readonly userId: string
  readonly scopes: readonly string[] | null
}

export async function* memoryLines(
  db: Database,
  { userId, scopes }: Exported,
): AsyncGenerator<Line> {
  let after = 0
  for (;;) {
    const memories = await pageMemories(db, { userId, scopes, after, limit: MEMORIES })
    const derived = new Set(memories.filter(isDerived).map(({ id }) => id))
    const marked = (line: Line, id: string) => (derived.has(id) ? { ...line, derived: true } : line)
    for (const memory of memories) yield marked(memoryLine(memory), memory.id)
    const ids = memories.map(({ id }) => id)
    for await (const revision of revisionsOf(db, { userId, scopes, ids })) {
      yield marked(revisionLine(revision), revision.memory)
    }
    for await (const source of sourcesOf(db, { userId, ids })) {
      yield marked(sourceLine(source), source.memory)
    }
    const last = memories.at(-1)
    if (last === undefined || memories.length < MEMORIES) return
    after = last.seq
  }
}

/** What ingest makes of conversations it makes again, and a summary of a conversation with it. */
function isDerived({ kind, source, meta }: ExportedMemoryRow): boolean {
  if (kind === 'episode') return true
  return kind === 'message' && source !== null && meta['message_id'] !== undefined
}

function memoryLine(row: ExportedMemoryRow): Line {
  const { external_id, language, model, prompt_version, superseded_at, ...memory } = row
  const { writes: _writes, searchable_at: _searchable, ...shown } = presentMemory(memory)
  return {
    type: 'memory',
    ...shown,
    external_id,
    language,
    model,
    prompt_version,
    superseded_at: superseded_at?.toISOString() ?? null,
  }
}

interface Hanging {
  readonly userId: string
  readonly ids: readonly string[]
}

function revisionsOf(db: Database, of: Hanging & Pick<Exported, 'scopes'>) {
  const limit = MEMORIES
  return pages(
    async (after: RevisionPlace | null) => await pageRevisions(db, { ...of, after, limit }),
    limit,
  )
}

const revisionLine = ({ valid_from, valid_to, ...revision }: ExportedRevision): Line => ({
  type: 'revision',
  ...revision,
  valid_from: valid_from.toISOString(),
  valid_to: valid_to.toISOString(),
})

const SOURCES = 500

function sourcesOf(db: Database, of: Hanging) {
  return pages(
    async (after: SourcePlace | null) => await pageSources(db, { ...of, after, limit: SOURCES }),
    SOURCES,
  )
}

function sourceLine({ key: _key, ...source }: ExportedSource): Line {
  const said = Object.entries(source).filter(([, value]) => value !== null)
  return { type: 'source', ...Object.fromEntries(said) }
}

const LINKS = 500

/** After all memories: both ends are known then. */
export async function* linkLines(db: Database, { userId, scopes }: Exported): AsyncGenerator<Line> {
  const links = pages(
    async (after: LinkPlace | null) => await pageLinks(db, { userId, scopes, after, limit: LINKS }),
    LINKS,
  )
  for await (const { at, derived, ...link } of links) {
    const line = { type: 'link', ...link, at: at?.toISOString() ?? null }
    yield derived ? { ...line, derived } : line
  }
}
