import { QueryClient } from '@tanstack/react-query'
import { MemoirApiError } from '../../src/client/index.ts'

/** What was just read is not asked for again when somebody goes back a page. */
const FRESH_MS = 5_000

/** The client tries again itself; what is refused stays refused. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        retry: false,
        refetchOnWindowFocus: (query) => !(query.state.error instanceof MemoirApiError),
      },
    },
  })
}
