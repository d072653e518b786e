/** The content of a message as the interfaces of vendors write it: text, or a list of parts of which some hold text. */

/** Parts that nobody said or wrote: pictures and files, reasoning, calls of tools and what tools answered. */
const SILENT =
  /image|file|document|video|tool|function|thinking|thoughts|reasoning|source|citation|flag|budget|step-start|^data-|redacted|refusal/iu

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reasoning that Gemini marks so is no answer either. */
export function isSilentPart(part: unknown): boolean {
  if (!isObject(part)) return false
  const { type, content_type: contentType, thought } = part
  const kind = typeof type === 'string' ? type : contentType
  return thought === true || (typeof kind === 'string' && SILENT.test(kind))
}

/** Where the words of a part stand, in this order; what was spoken has a transcript. */
const PLACES = ['text', 'transcript', 'value', 'content', 'parts'] as const
/** Chat libraries wrap a message in these; text in them is encoded data. */
const WRAPS = ['data', 'kwargs'] as const
/** Deeper is no format. */
const DEEPEST = 8

/** What a content says, its parts joined; empty where it says nothing, whatever it is. */
export function textOfContent(content: unknown, joint = '\n', depth = 0): string {
  if (typeof content === 'string') return content
  if (depth > DEEPEST) return ''
  if (Array.isArray(content)) {
    return content
      .map((part) => textOfContent(part, joint, depth + 1))
      .filter((text) => text.trim() !== '')
      .join(joint)
  }
  if (!isObject(content) || isSilentPart(content)) return ''
  const inside = [
    ...PLACES.map((place) => content[place]),
    ...WRAPS.map((wrap) => content[wrap]).filter(isObject),
  ]
  const said = inside.map((each) => textOfContent(each, joint, depth + 1))
  return said.find((text) => text.trim() !== '') ?? ''
}
