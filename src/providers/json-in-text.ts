/** Finds the JSON in what a language model wrote, since not every endpoint can be told to write nothing else. */

/** What reasoning models think aloud, when their server does not keep it apart. */
const THOUGHTS = /^\s*<think>[\s\S]*?<\/think>/
/** Prose has few braces; looking on from each one of a hostile answer would take for ever. */
const MAX_STARTS = 64

export interface FoundJson {
  /** In their order; what is inside of a whole one is not among them. */
  readonly values: readonly unknown[]
  /** One of them does not end. */
  readonly cut: boolean
}

export function jsonInText(text: string): FoundJson {
  const said = text.replace(THOUGHTS, '').trim()
  const whole = parsed(said)
  if (whole !== undefined) return { values: [whole], cut: false }
  const values: unknown[] = []
  let cut = false
  let from = 0
  for (let starts = 0; starts < MAX_STARTS; starts += 1) {
    const start = said.indexOf('{', from)
    if (start < 0) break
    const end = endOfObject(said, start)
    if (end === undefined) cut ||= /^\{\s*"/.test(said.slice(start, start + MAX_STARTS))
    const value = end === undefined ? undefined : parsed(said.slice(start, end))
    if (value !== undefined) values.push(value)
    from = value === undefined || end === undefined ? start + 1 : end
  }
  return { values, cut }
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

/** @returns the place after the brace that closes the one at `start`; undefined when none does */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0
  let quoted = false
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at]
    if (quoted) {
      if (sign === '\\') at += 1
      else if (sign === '"') quoted = false
    } else if (sign === '"') quoted = true
    else if (sign === '{') depth += 1
    else if (sign === '}') {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return undefined
}
