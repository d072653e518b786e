import { useQuery } from '@tanstack/react-query'
import type { Stats } from '../../../src/client/index.ts'
import { useMemoir, useSession } from '../session.tsx'
import { Problem, Skeleton } from './basics.tsx'
import { count, dollars } from './words.ts'

const LOOK_AGAIN_MS = 5_000
/** A month is what vendors bill. */
const DAYS = 30

/** How much there is of what the key sees. */
export function RememberedCard() {
  const { key } = useSession()
  return key.user_id === null && key.scopes === null ? <Remembered /> : <OwnUsers />
}

function Remembered() {
  const { memoir, key } = useSession()
  const stats = useQuery({
    queryKey: ['stats', key.namespace],
    queryFn: async ({ signal }) => {
      const { items } = await memoir.stats({ days: DAYS, limit: 200, signal })
      return items.find(({ namespace }) => namespace === key.namespace) ?? null
    },
    refetchInterval: LOOK_AGAIN_MS,
  })
  const { data } = stats
  return (
    <section className="card" aria-labelledby="remembered">
      <h2 id="remembered">Remembered</h2>
      {stats.isPending ? <Skeleton rows={3} /> : null}
      {stats.error === null ? null : <Problem error={stats.error} />}
      {data === undefined || data === null ? null : (
        <>
          <dl className="figures">
            <Figure name="memories" value={count(data.memories)} />
            <Figure name="conversations" value={count(data.episodes)} />
            <Figure name="users" value={count(data.users)} />
          </dl>
          <p className="muted small">{spentOf(data.total)}</p>
        </>
      )}
    </section>
  )
}

function spentOf({ requests, tokens, cost }: Stats['total']): string {
  if (requests === 0) return `No model vendor was asked in ${DAYS} days`
  const price = cost === null ? 'at an unknown price' : dollars(cost)
  return `${count(tokens)} tokens in ${DAYS} days, ${price}`
}

/** A key that sees a part of its namespace is not told of the whole. */
function OwnUsers() {
  const memoir = useMemoir()
  const users = useQuery({
    queryKey: ['users', 'own'],
    queryFn: async ({ signal }) => await memoir.users.list({ limit: 200, signal }),
  })
  const items = users.data?.items ?? []
  const sum = (name: 'memories' | 'episodes') =>
    count(items.reduce((total, user) => total + user[name], 0))
  return (
    <section className="card" aria-labelledby="remembered">
      <h2 id="remembered">Remembered</h2>
      {users.isPending ? <Skeleton rows={3} /> : null}
      {users.error === null ? null : <Problem error={users.error} />}
      {users.data === undefined ? null : (
        <dl className="figures">
          <Figure name="memories" value={sum('memories')} />
          <Figure name="conversations" value={sum('episodes')} />
        </dl>
      )}
    </section>
  )
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
