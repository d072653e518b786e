import type { ReactNode } from 'react'
import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query'
import type { Page } from '../../../src/client/index.ts'
import { Problem, Skeleton } from './basics.tsx'

/** Lists that are read page by page. */

interface ListOptions<Item> {
  readonly queryKey: QueryKey
  readonly read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>
  /** How often what is shown is read anew, in milliseconds. */
  readonly refetchMs?: number
}

export function usePages<Item>({ queryKey, read, refetchMs }: ListOptions<Item>) {
  return useInfiniteQuery({
    queryKey,
    queryFn: async ({ pageParam, signal }) => await read(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: refetchMs ?? false,
  })
}

interface PagedProps<Item> {
  readonly list: ReturnType<typeof usePages<Item>>
  readonly empty: ReactNode
  readonly children: (items: readonly Item[]) => ReactNode
}

/** A list in all its states: being read, failed, empty, and with more to come. */
export function Paged<Item>({ list, empty, children }: PagedProps<Item>) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage } = list
  if (isPending) return <Skeleton rows={5} />
  const items = data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      {error === null ? null : <Problem error={error} again={() => void list.refetch()} />}
      {items.length === 0 ? (error === null ? empty : null) : children(items)}
      {hasNextPage ? (
        <p className="more">
          <button
            type="button"
            className="button"
            disabled={isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {isFetchingNextPage ? 'Reading…' : 'Show more'}
          </button>
        </p>
      ) : null}
    </>
  )
}
