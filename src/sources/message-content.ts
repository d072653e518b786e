/** What the message formats of chat libraries say: OpenAI, Anthropic, LangChain, n8n, Vercel AI SDK and Gemini. */

type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Kinds of parts that a person or a model said. Others are pictures, files, calls of tools, what those answered, and reasoning. */
const SAID: ReadonlySet<unknown> = new Set([undefined, null, 'text', 'input_text', 'output_text'])
/** Deeper is no format. */
const DEEPEST = 8

/** The words of a message's content: a text, or a list of parts of which some are text. */
export function contentText(content: unknown, depth = 0): string {
  if (typeof content === 'string') return content
  if (depth > DEEPEST) return ''
  if (Array.isArray(content)) {
    return content
      .map((part) => contentText(part, depth + 1))
      .filter((text) => text.trim() !== '')
      .join('\n')
  }
  return isFields(content) ? partText(content, depth) : ''
}

function partText(part: Fields, depth: number): string {
  // Gemini marks what a model thought.
  if (part['thought'] === true) return ''
  const { type } = part
  if (!SAID.has(type) && part['content'] === undefined && part['data'] === undefined) return ''
  if (typeof type === 'string' && NOT_SAID.test(type)) return ''
  const inside = ['text', 'value', 'content', 'parts', 'data', 'kwargs']
    .map((name) => contentText(part[name], depth + 1))
    .find((text) => text.trim() !== '')
  return inside ?? ''
}

const NOT_SAID = /tool|function|reason|think|image|audio|video|file|document|source/i
