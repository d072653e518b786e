import type { Memory } from '../../../src/client/index.ts'
import { useMemoir } from '../session.tsx'
import { Empty } from './basics.tsx'
import { HitActions } from './hit-actions.tsx'
import { MemoryHead } from './hit-card.tsx'
import { MemoryTrail } from './memory-trail.tsx'
import { Paged, usePages } from './pages.tsx'

const PAGE = 20

/** Everything that is remembered of a user, the latest known first. */
export function Browse({ user }: { readonly user: string }) {
  const memoir = useMemoir()
  const list = usePages<Memory>({
    queryKey: ['memories', user],
    read: async (cursor, signal) =>
      await memoir.memories.list({
        user_id: user,
        limit: PAGE,
        signal,
        ...(cursor === undefined ? {} : { cursor }),
      }),
  })
  return (
    <section aria-labelledby="newest">
      <h2 id="newest">Newest of {user}</h2>
      <Paged list={list} empty={<Empty title={`Nothing is remembered of ${user}`} />}>
        {(memories) => (
          <ol className="hits">
            {memories.map((memory) => (
              <li key={memory.id} className="card hit-main">
                <MemoryHead memory={memory} />
                <p className="hit-text clamped">{memory.content}</p>
                <MemoryTrail id={memory.id} />
                <HitActions memory={memory} />
              </li>
            ))}
          </ol>
        )}
      </Paged>
    </section>
  )
}
