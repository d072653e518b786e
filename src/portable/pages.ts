/** One line of an export, as JSON holds it. */
export type Line = Readonly<Record<string, unknown>>

/** Goes through pages one item at a time; the next page is read when the one before has been taken. */
export async function* pages<Item extends Place, Place>(
  read: (after: Place | null) => Promise<readonly Item[]>,
  limit: number,
): AsyncGenerator<Item> {
  let after: Place | null = null
  for (;;) {
    const items: readonly Item[] = await read(after)
    yield* items
    const last = items.at(-1)
    if (last === undefined || items.length < limit) return
    after = last
  }
}
