import { jsonrepair } from 'jsonrepair'

/** Finds the JSON in what a language model wrote, since not every endpoint can be told to write nothing else. */

/** How reasoning ends, when its server does not keep it apart; its beginning is left out as often as not. */
const END_OF_THOUGHTS = /^[\s\S]*<\/(?:think|thinking|thoughts?|reasoning|reflection)>/i
/**
 * The library that repairs takes quadratic time of some texts (six minutes of a megabyte of quotes). So the squares of the lengths that it
 * is given have a limit, together some 0.1 s at worst; what is longer is repaired part by part.
 */
const REPAIR_BUDGET = 16_384 ** 2
/** Of what is broken as a whole the parts are looked at, so deep. */
const MAX_DEPTH = 4
/** Several times what an answer has room for. */
const MAX_PARTS = 20_000
/** Not even tried: a failure of the parser is dear. */
const NO_JSON = /^\{\s*[^\s"}]/

export interface FoundJson {
  /** The text's own value, else a list of those that stand in it, in their order. */
  readonly value: unknown
  /** It is not JSON as it stands: something had to be mended. */
  readonly repaired: boolean
  /** It does not end. */
  readonly cut: boolean
}

/** What a text may say, the likeliest first: what follows reasoning goes before the reasoning. The work is linear in the text. */
export function* jsonInText(text: string): Generator<FoundJson> {
  const budget = { left: REPAIR_BUDGET }
  const said = text.replace(END_OF_THOUGHTS, '')
  yield* jsonIn(said, budget)
  if (said.length < text.length) yield* jsonIn(text.slice(0, text.length - said.length), budget)
}

interface Budget {
  left: number
}

function* jsonIn(text: string, budget: Budget): Generator<FoundJson> {
  const whole = parsed(text.trim())
  if (whole !== undefined) {
    yield { value: whole, repaired: false, cut: false }
    return
  }
  const { spans, begun } = bracketsIn(text)
  const cut = begun !== undefined
  if (cut) {
    // Whatever is half said goes; what was closed before stays.
    const value = repaired(text.slice(begun, spans.at(-1)?.end), budget)
    if (value !== undefined) yield { value, repaired: true, cut }
  }
  const values = readParts(text, spans, { budget, depth: 0 })
  if (values.found.length > 0) yield { value: values.found, repaired: values.repaired, cut }
}

interface Parts {
  readonly found: unknown[]
  readonly repaired: boolean
}

/** Each as it stands, else repaired, else what is sound inside of it. The last first, for they are the likeliest to be the answer. */
function readParts(
  text: string,
  spans: readonly Span[],
  { budget, depth }: { budget: Budget; depth: number },
): Parts {
  const found: unknown[][] = []
  let mended = false
  for (const { start, end, children } of spans.slice(-MAX_PARTS).toReversed()) {
    const own = text.slice(start, end)
    const value = NO_JSON.test(own) ? undefined : parsed(own)
    if (value !== undefined) {
      found.push([value])
      continue
    }
    const repair = repaired(own, budget)
    mended = true
    if (repair !== undefined) found.push([repair])
    else if (depth < MAX_DEPTH) {
      found.push(readParts(text, children, { budget, depth: depth + 1 }).found)
    }
  }
  return { found: found.toReversed().flat(), repaired: mended }
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

function repaired(text: string, budget: Budget): unknown {
  const cost = text.length ** 2
  if (cost > budget.left) return undefined
  budget.left -= cost
  try {
    return parsed(jsonrepair(text))
  } catch {
    return undefined
  }
}

interface Span {
  readonly start: number
  /** After its bracket. */
  end: number
  children: Span[]
}

interface Brackets {
  /** Pairs that are in no other pair, in their order. */
  readonly spans: readonly Span[]
  /** Where JSON begins that does not end. */
  readonly begun: number | undefined
}

const BRACE = '{'.charCodeAt(0)
const BRACKET = '['.charCodeAt(0)
const OPENER_OF = new Map([
  ['}'.charCodeAt(0), BRACE],
  [']'.charCodeAt(0), BRACKET],
])
const CLOSING_QUOTE = new Map([
  ['"'.charCodeAt(0), '"'],
  ["'".charCodeAt(0), "'"],
  ['“'.charCodeAt(0), '”'],
])
/** A string begins after one of these, and ends before one, or before the end. */
const BEFORE_STRING = codesOf('{[,:')
const AFTER_STRING = codesOf('}],:')

function codesOf(signs: string): ReadonlySet<number> {
  return new Set(signs.split('').map((sign) => sign.charCodeAt(0)))
}

/** Pairs brackets up, in one pass. Quotes count within brackets only, so that an apostrophe in prose hides nothing. */
function bracketsIn(text: string): Brackets {
  const pairs = createPairs(text)
  let before = 0
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at)
    const opener = OPENER_OF.get(sign)
    if (sign === BRACE || sign === BRACKET) pairs.open(sign, at)
    else if (opener !== undefined) pairs.close(opener, at)
    else if (pairs.inside() && BEFORE_STRING.has(before)) {
      const quote = CLOSING_QUOTE.get(sign)
      if (quote !== undefined) at = endOfString(text, at + 1, quote)
    }
    if (!isSpace(sign)) before = sign
  }
  return pairs.end()
}

/** The place of the quote that ends a string; that of the last sign when none does. */
function endOfString(text: string, from: number, quote: string): number {
  for (let at = from; ; at += 1) {
    at = text.indexOf(quote, at)
    if (at < 0) return text.length
    if (!isEscaped(text, at, from)) {
      const next = nextCode(text, at + 1)
      if (Number.isNaN(next) || AFTER_STRING.has(next)) return at
    }
  }
}

function isEscaped(text: string, at: number, from: number): boolean {
  let slashes = 0
  while (at - slashes > from && text.charCodeAt(at - slashes - 1) === BACKSLASH) slashes += 1
  return slashes % 2 === 1
}

const BACKSLASH = 92

function createPairs(text: string) {
  const roots: Span[] = []
  const open: Span[] = []
  const count = new Map([
    [BRACE, 0],
    [BRACKET, 0],
  ])
  const counted = (code: number, by: number) => count.set(code, (count.get(code) ?? 0) + by)
  /** Those around that were opened so long ago are prose; what they hold stands by itself. */
  const bound = () => {
    for (const { start, children } of open.splice(0, MAX_OPEN)) {
      counted(text.charCodeAt(start), -1)
      for (const child of children) roots.push(child)
    }
  }
  return {
    inside: () => open.length > 0,
    open(code: number, at: number) {
      if (open.length >= 2 * MAX_OPEN) bound()
      open.push({ start: at, end: at, children: NONE })
      counted(code, 1)
    },
    /** Brackets of the other kind in between were never closed; one without an opener is prose. */
    close(opener: number, at: number) {
      if (count.get(opener) === 0) return
      const lost: Span[][] = []
      for (;;) {
        const span = open.pop()
        if (!span) return
        const code = text.charCodeAt(span.start)
        counted(code, -1)
        if (code === opener) {
          span.end = at + 1
          if (lost.length > 0) span.children = [span.children, ...lost.toReversed()].flat()
          const parent = open.at(-1)
          if (parent === undefined) roots.push(span)
          else if (parent.children === NONE) parent.children = [span]
          else parent.children.push(span)
          return
        }
        if (span.children.length > 0) lost.push(span.children)
      }
    },
    end(): Brackets {
      const begun = open.find(({ start }) => BEGINNING.test(text.slice(start, start + BEGUN_CHARS)))
      const spans = [...roots, ...open.flatMap(({ children }) => children)]
      return { spans: spans.toSorted((a, b) => a.start - b.start), begun: begun?.start }
    },
  }
}

/** Shared, so that a bracket costs no list; never written to. */
const NONE: Span[] = []
/** No answer is nested so deep. */
const MAX_OPEN = 1_000
/** A brace in prose is no JSON that was cut off. */
const BEGINNING = /^[{[]\s*["'“{[]/
const BEGUN_CHARS = 64

/** The next sign that is no space; NaN at the end. */
function nextCode(text: string, from: number): number {
  let at = from
  while (isSpace(text.charCodeAt(at))) at += 1
  return text.charCodeAt(at)
}

const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13)
