import { lazy, Suspense, useState } from 'react'
import { PageHead } from '../parts/basics.tsx'
import { ForgetMany } from '../parts/forget-many.tsx'
import { NarrativeCard } from '../parts/narrative-card.tsx'
import { Timeline } from '../parts/timeline.tsx'
import { pathTo } from '../route.ts'
import { useSession } from '../session.tsx'

/** Drawing brings a library of its own. */
const GraphCard = lazy(async () => ({
  default: (await import('../parts/graph-card.tsx')).GraphCard,
}))

/** Who somebody is, by what is remembered of them. */
export function UserPage({ user }: { readonly user: string }) {
  const { key } = useSession()
  const [forgetting, setForgetting] = useState(false)
  return (
    <>
      <p className="crumbs">
        <a href={pathTo('users')}>Users</a>
      </p>
      <PageHead title={<span className="name">{user}</span>}>
        <a className="button" href={pathTo('memories', { query: { user } })}>
          Ask their memories
        </a>
        {key.role === 'reader' ? null : (
          <button type="button" className="button" onClick={() => setForgetting(true)}>
            Forget…
          </button>
        )}
      </PageHead>
      <NarrativeCard user={user} />
      <Suspense fallback={<div className="graph-place card" aria-hidden="true" />}>
        <GraphCard user={user} />
      </Suspense>
      <Timeline user={user} />
      {forgetting ? <ForgetMany user={user} onClose={() => setForgetting(false)} /> : null}
    </>
  )
}
