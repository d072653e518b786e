import { useQuery } from '@tanstack/react-query'
import { pathTo } from '../route.ts'
import { useMemoir } from '../session.tsx'
import { Problem, Skeleton, When } from './basics.tsx'
import { words } from './words.ts'

/** What comes by itself next. */
export function NextNight() {
  const memoir = useMemoir()
  const schedules = useQuery({
    queryKey: ['schedules'],
    queryFn: async ({ signal }) => await memoir.schedules.list({ signal }),
  })
  return (
    <section className="card" aria-labelledby="next">
      <h2 id="next">Next</h2>
      {schedules.isPending ? <Skeleton rows={3} /> : null}
      {schedules.error === null ? null : <Problem error={schedules.error} />}
      {schedules.data?.items.length === 0 ? (
        <p className="muted">Nothing is scheduled here.</p>
      ) : null}
      <ul className="parts">
        {schedules.data?.items.map(({ id, paused, next_runs: [next] }) => (
          <li key={id}>
            <a className="part" href={pathTo('schedules')}>
              {words(id)}
            </a>
            <span className="muted detail">
              {paused ? 'paused' : <When at={next ?? null} nothing="not planned" />}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
