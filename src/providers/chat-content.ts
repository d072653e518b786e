import { fieldsOf, textOf } from './loose.ts'

/** Where an endpoint has put what its model says. */
export interface ChatContent {
  /** The likeliest first. */
  readonly texts: readonly string[]
  /** The first of them is where it belongs: the message's content, as one text. */
  readonly inPlace: boolean
  readonly finish: string
  /** A refusal in words of its own. */
  readonly refusal: string
}

/** @returns null when the answer is no chat completion, whatever it is */
export function contentOf(completion: unknown): ChatContent | null {
  const answer = fieldsOf(completion)
  const choices = Array.isArray(answer['choices']) ? (answer['choices'] as unknown[]) : []
  // Ollama and Anthropic have no choices; the message stands by itself.
  const own = choices.length === 0 && ('message' in answer || 'content' in answer)
  const all = (own ? [answer] : choices).map(choiceOf).filter((choice) => choice !== null)
  return all.find(({ texts, refusal }) => texts.length > 0 || refusal !== '') ?? all[0] ?? null
}

function choiceOf(given: unknown): ChatContent | null {
  const choice = fieldsOf(given)
  const message = fieldsOf(choice['message'] ?? choice['delta'])
  const isMessage = 'message' in choice || 'delta' in choice || 'text' in choice
  if (!isMessage && !('content' in choice)) return null
  const content = message['content'] ?? choice['text'] ?? choice['content']
  const texts = [
    ...spokenIn(content),
    ...calledIn(message),
    ...[message['parsed'], message['reasoning_content'], message['reasoning']].flatMap(asText),
  ]
  return {
    texts,
    inPlace: textOf(content) !== undefined,
    finish: textOf(choice['finish_reason'] ?? choice['done_reason'] ?? choice['stop_reason']) ?? '',
    refusal: textOf(message['refusal']) ?? '',
  }
}

/** A text, its parts put together, or the object that was asked for. Reasoning in parts of its own comes after what was said. */
function spokenIn(content: unknown): string[] {
  if (!Array.isArray(content)) return asText(content)
  const parts = (content as unknown[]).map((part) => {
    const fields = fieldsOf(part)
    const text = textOf(part) ?? textOf(fields['text']) ?? textOf(fieldsOf(fields['text'])['value'])
    return { text: text ?? '', isThought: /think|reason/i.test(textOf(fields['type']) ?? '') }
  })
  const said = parts.filter(({ isThought }) => !isThought).map(({ text }) => text)
  const whole = said.join('')
  return whole === '' ? asText(content) : [whole]
}

/** The arguments that a function is called with. */
function calledIn(message: Readonly<Record<string, unknown>>): string[] {
  const calls = Array.isArray(message['tool_calls']) ? (message['tool_calls'] as unknown[]) : []
  return [...calls.map((call) => fieldsOf(call)['function']), message['function_call']].flatMap(
    (called) => asText(fieldsOf(called)['arguments']),
  )
}

function asText(value: unknown): string[] {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : textOf(value)
  return text === undefined ? [] : [text]
}
