import pLimit from 'p-limit'

/**
 * Works through items, some at once. Ends only when all that was begun has ended, and begins nothing after a failure: whoever repeats
 * a step that failed must not find it still writing, or still asking a vendor.
 * @throws the first failure
 */
export async function atOnce<Item>(
  count: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const limit = pLimit(count)
  let failed = false
  const results = await Promise.allSettled(
    items.map(async (item) => {
      await limit(async () => {
        if (failed) return
        await work(item).catch((error: unknown) => {
          failed = true
          throw error
        })
      })
    }),
  )
  const failure = results.find((result) => result.status === 'rejected')
  if (failure) throw failure.reason
}
