import { useQueryClient } from '@tanstack/react-query'

const SHOWN_OF_MEMORIES = ['recall', 'memories', 'users', 'graph', 'narrative'] as const

/** What shows memories looks again. */
export function useMemoriesChanged(then: () => void): () => Promise<void> {
  const queries = useQueryClient()
  return async () => {
    then()
    await Promise.all(
      SHOWN_OF_MEMORIES.map(async (name) => await queries.invalidateQueries({ queryKey: [name] })),
    )
  }
}
