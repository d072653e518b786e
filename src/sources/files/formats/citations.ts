import { isFields, listIn, textIn } from './fields.ts'

/** Marks of citations in ChatGPT's answers: signs of private use around what a program makes a link of. */

/** From its opening sign to its closing one; a line that was cut off may lack that. */
const MARK = /([ \t]{0,2})\u{E200}([^\u{E200}\u{E201}\n]*)(?:\u{E201}|$)/gmu
const SEPARATOR = '\u{E202}'
const STRAY = /[\u{E200}-\u{E20F}]/gu
/** What marks name: `turn0search3`, several of them, and what was copied without its signs. */
const REFERENCE = String.raw`turn\d{1,4}[a-z]{3,12}\d{1,4}`
const BARE = new RegExp(
  String.raw`[ \t]{0,2}(?:(?:file|nav|video|product)?(?:cite|list|_group)|(?<![\p{L}\p{N}]))(?:${REFERENCE})+(?![\p{L}\p{N}])`,
  'gu',
)
/** `【4†source】`, `【11:0†notes.pdf】` and `:contentReference[oaicite:0]{index=0}`. */
const OLDER =
  /[ \t]{0,2}(?:【\d{1,5}(?::\d{1,5})?†[^】\n]{0,200}】|:contentReference\[oaicite:\d{1,5}\](?:\{[^}\n]{0,40}\})?)/gu

/** An answer as it was shown, without what only a program reads. */
export function withoutCitations(text: string, references: readonly unknown[] = []): string {
  return withoutMarks(text, references).replaceAll(OLDER, '').replaceAll(BARE, '')
}

/** A user's text keeps all that the user may have typed. */
export function withoutMarks(text: string, references: readonly unknown[] = []): string {
  const shown = new Map(references.flatMap(shownFor))
  return text
    .replaceAll(MARK, (found: string, blank: string, inside: string) => {
      const name = shown.get(found.slice(blank.length)) ?? nameIn(inside)
      return name === '' ? '' : blank + name
    })
    .replaceAll(STRAY, '')
}

/** What the message says itself of a mark: the name of what is meant, where it is no source. */
function shownFor(reference: unknown): [string, string][] {
  const mark = textIn(reference, 'matched_text')
  const type = textIn(reference, 'type') ?? ''
  if (mark === undefined || !/entity|link_title|alt_text/u.test(type)) return []
  const name = textIn(reference, 'name', 'title', 'alt')
  return name === undefined ? [] : [[mark, name]]
}

/** `url⟂OpenAI⟂turn0search0` and `entity⟂["company","OpenAI"]` show a name; others show nothing. */
function nameIn(inside: string): string {
  const [kind = '', first = ''] = inside.split(SEPARATOR)
  if (kind === 'url' || kind === 'link_title') return first.startsWith('turn') ? '' : first
  if (kind !== 'entity') return ''
  try {
    const given: unknown = JSON.parse(first)
    const name: unknown = Array.isArray(given) ? given[1] : undefined
    return typeof name === 'string' ? name : ''
  } catch {
    return ''
  }
}

export const referencesOf = (metadata: unknown): readonly unknown[] =>
  listIn(isFields(metadata) ? metadata : {}, 'content_references')
