import type { LanguageModelMiddleware } from 'ai'

/** The prompt of a model call, as middleware sees it. */
export type Prompt = Parameters<
  Required<LanguageModelMiddleware>['wrapGenerate']
>[0]['params']['prompt']

/** The text of the user's last message; empty when there is none. */
export function questionOf(prompt: Prompt): string {
  const message = prompt.findLast(({ role }) => role === 'user')
  return message?.role === 'user' ? textOf(message.content) : ''
}

/** The text of what a model generated. */
export const answerOf = (content: readonly Part[]) => textOf(content)

interface Part {
  readonly type: string
  readonly text?: unknown
}

function textOf(parts: readonly Part[]): string {
  return parts
    .flatMap(({ type, text }) => (type === 'text' && typeof text === 'string' ? [text] : []))
    .join('\n')
    .trim()
}

/** After the instructions of the application, which stay first: what is the same in every call can be cached by the vendor. */
export function withSystemText(prompt: Prompt, text: string): Prompt {
  const first = prompt.findIndex(({ role }) => role !== 'system')
  const at = first === -1 ? prompt.length : first
  return [...prompt.slice(0, at), { role: 'system', content: text }, ...prompt.slice(at)]
}
