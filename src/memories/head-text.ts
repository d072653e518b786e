import type { Head } from '../domain/recall.ts'
import type { EmbeddedText } from '../ingest/embed.ts'
import { findEntities } from '../text/entities.ts'

/** Which text of a memory each of its vectors embeds. */
export interface HeadSource {
  readonly content: string
  readonly language: string
  readonly occurredAt: Date
}

/** Names one vector of one memory. */
export const headKey = (traceId: string, head: Head): string => `${traceId} ${head}`

/** The texts of a memory's vectors, each under its name; a head that has nothing to say of it has none. */
export function headTexts(
  heads: readonly Head[],
  { id, ...source }: HeadSource & { readonly id: string },
): EmbeddedText[] {
  return heads.flatMap((head) => {
    const content = headText(head, source)
    return content === null ? [] : [{ id: headKey(id, head), content, whole: head !== 'semantic' }]
  })
}

/** What a text is about stands at its beginning; taggers are slow. */
const LOOKED_AT_CHARS = 16_384
const DOING_CHARS = 280

/** @returns null where there is nothing to embed */
export function headText(head: Head, source: HeadSource): string | null {
  if (head === 'semantic') return source.content
  const mentions = findEntities(source.content.slice(0, LOOKED_AT_CHARS), source.language)
  const names = mentions.map(({ value }) => value).join(', ')
  if (head === 'entity') return names === '' ? null : names
  const day = source.occurredAt.toISOString().slice(0, 10)
  return [day, names, source.content.slice(0, DOING_CHARS)]
    .filter(Boolean)
    .join(' · ')
    .toWellFormed()
}
