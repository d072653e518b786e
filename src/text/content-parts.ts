/** The content of a message as the interfaces of vendors write it: text, or a list of parts of which some hold text. */

/** Parts that nobody said or wrote: pictures and files, reasoning, calls of tools and what tools answered. */
const SILENT =
  /image|file|document|video|tool|function|thinking|thoughts|reasoning|source|citation|flag|budget|step-start|^data-|redacted|refusal/iu

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a part says; empty where it says nothing, whatever it is. */
export function textOfPart(part: unknown): string {
  if (typeof part === 'string') return part
  if (!isObject(part) || isSilentPart(part)) return ''
  const { text, transcript, content } = part
  if (typeof text === 'string') return text
  // OpenAI's assistants wrap the text once more; what was spoken has a transcript.
  if (isObject(text) && typeof text['value'] === 'string') return text['value']
  if (typeof transcript === 'string') return transcript
  return typeof content === 'string' ? content : ''
}

/** Reasoning that Gemini marks so is no answer either. */
export function isSilentPart(part: unknown): boolean {
  if (!isObject(part)) return false
  const { type, content_type: contentType, thought } = part
  const kind = typeof type === 'string' ? type : contentType
  return thought === true || (typeof kind === 'string' && SILENT.test(kind))
}

/** What a content says, its parts joined. */
export function textOfContent(content: unknown, joint = '\n'): string {
  if (!Array.isArray(content)) return textOfPart(content)
  return content
    .map(textOfPart)
    .filter((text) => text.trim() !== '')
    .join(joint)
}
