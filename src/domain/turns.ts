/** A queue that serves parties in turn, so that one with much work does not delay the others; the order within a party is kept. */
export interface Turns<Item> {
  readonly size: number
  push(party: string, item: Item): void
  /** The next to be served. */
  peek(): Item | undefined
  shift(): Item | undefined
  /** Takes one out, wherever it stands. */
  remove(party: string, item: Item): void
  /** Takes out the last of the party that has most waiting. */
  dropOfLongest(): Item | undefined
  /** Takes out all, in no order. */
  clear(): Item[]
}

export function createTurns<Item>(): Turns<Item> {
  // A map goes in order of insertion: the first party is next, and goes to the end once it was served.
  const lines = new Map<string, Item[]>()
  const dropEmpty = (party: string, line: readonly Item[]) => {
    if (line.length === 0) lines.delete(party)
  }
  return {
    get size() {
      return lines.values().reduce((sum, { length }) => sum + length, 0)
    },
    push(party, item) {
      const line = lines.get(party)
      if (line === undefined) lines.set(party, [item])
      else line.push(item)
    },
    peek: () => lines.values().next().value?.[0],
    shift() {
      for (const [party, line] of lines) {
        lines.delete(party)
        const item = line.shift()
        if (line.length > 0) lines.set(party, line)
        return item
      }
      return undefined
    },
    remove(party, item) {
      const line = lines.get(party) ?? []
      const at = line.indexOf(item)
      if (at >= 0) line.splice(at, 1)
      dropEmpty(party, line)
    },
    dropOfLongest() {
      const [longest] = [...lines].toSorted(([, a], [, b]) => b.length - a.length)
      if (longest === undefined) return undefined
      const [party, line] = longest
      const item = line.pop()
      dropEmpty(party, line)
      return item
    },
    clear() {
      const all = [...lines.values()].flat()
      lines.clear()
      return all
    },
  }
}
