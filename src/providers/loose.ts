/** Reads what a model answered for what is sound in it, whatever it is. Nothing here throws. */

/** Called for each part that is left out: `fact`, `entity`, `relation`… */
export type Drop = (part: string) => void

type Fields = Readonly<Record<string, unknown>>

/** An answer is wrapped a few times at most. */
const MAX_WRAPPINGS = 4

/** The fields of an object; none of anything else. */
export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The object that has a field of this name: the value itself, else one that it wraps, or that it holds as a text. Of a list the last one,
 * since examples and drafts come before the answer.
 */
export function objectWith(value: unknown, name: string): Fields | undefined {
  let level = [value]
  for (let depth = 0; depth <= MAX_WRAPPINGS && level.length > 0; depth += 1) {
    const values = level.map(opened)
    const found = values.findLast((one) => isObject(one) && Object.hasOwn(one, name))
    if (isObject(found)) return found
    level = values.flatMap((one) => {
      if (Array.isArray(one)) return one as unknown[]
      return isObject(one) ? Object.values(one) : []
    })
  }
  return undefined
}

/**
 * The items of a list by name: in its object, in a wrapper, as a list by itself, or one item without a list.
 * @param has a field that every item has
 * @returns undefined where there is nothing of the kind
 */
export function itemsOf(value: unknown, name: string, has: string): unknown[] | undefined {
  const holder = objectWith(value, name)
  if (holder) return listOf(holder[name])
  if (Array.isArray(value) && value.length === 0) return []
  return listWith(value, has)
}

/** The outermost list that has an item with this field; an item alone is a list of one. */
function listWith(value: unknown, has: string): unknown[] | undefined {
  const isItem = (one: unknown) => isObject(one) && Object.hasOwn(one, has)
  let level = [value]
  for (let depth = 0; depth <= MAX_WRAPPINGS && level.length > 0; depth += 1) {
    const values = level.map(opened)
    const list = values.findLast((one) => Array.isArray(one) && one.some(isItem))
    if (Array.isArray(list)) return list as unknown[]
    const alone = values.filter(isItem)
    if (alone.length > 0) return alone
    level = values.flatMap((one) => {
      if (Array.isArray(one)) return one as unknown[]
      return isObject(one) ? Object.values(one) : []
    })
  }
  return undefined
}

/** A list as it is; nothing is none; an object with numbers for names, as some write lists, or one thing alone. */
export function listOf(value: unknown): unknown[] | undefined {
  const list = opened(value)
  if (Array.isArray(list)) return list as unknown[]
  if (list === null || list === undefined) return []
  if (!isObject(list)) return undefined
  const names = Object.keys(list)
  return names.every((name) => /^\d+$/.test(name)) ? Object.values(list) : [list]
}

/** JSON within a text, as models that were asked for a text in JSON write it. */
function opened(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[{[]/.test(value)) return value
  try {
    const inside: unknown = JSON.parse(value)
    return inside
  } catch {
    return value
  }
}

/** The items that can be read; `leftOut` is called for the others. */
export function each<T>(
  values: readonly unknown[],
  read: (value: unknown) => T | undefined,
  drop: () => void,
): T[] {
  return values.flatMap((value) => {
    const one = read(value)
    if (one === undefined) drop()
    return one === undefined ? [] : [one]
  })
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

/** A number, also when it is written as a text. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** One of the known words, whatever its case. */
export function wordOf<Word extends string>(
  value: unknown,
  words: readonly Word[],
): Word | undefined {
  const said = typeof value === 'string' ? value.trim().toLowerCase() : undefined
  return words.find((word) => word === said)
}

/** Texts in a list, or one without it. */
export function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap((one) => {
    const text = typeof one === 'number' ? String(one) : textOf(one)
    return text === undefined ? [] : [text]
  })
}
