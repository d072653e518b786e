import type { RequestOptions } from './transport.ts'

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next_cursor: string | null
}

export interface PageQuery extends RequestOptions {
  readonly limit?: number
  /** `next_cursor` of the page before. */
  readonly cursor?: string
}

/** Every item of a list, one page at a time, as far as the reader goes. */
export async function* everyItem<Item>(
  read: (cursor: string | undefined) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | undefined
  do {
    const page: Page<Item> = await read(cursor)
    yield* page.items
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
}
