import type { NarrativeVersion } from '../../../src/client/index.ts'
import { useMemoir } from '../session.tsx'
import { When } from './basics.tsx'
import { Prose } from './prose.tsx'
import { Paged, usePages } from './pages.tsx'

const PAGE = 5

interface EarlierNarrativesProps {
  readonly user: string
  /** The one that stands now: with a new one the list is another. */
  readonly version: number
}

export function EarlierNarratives({ user, version }: EarlierNarrativesProps) {
  const memoir = useMemoir()
  const list = usePages<NarrativeVersion>({
    queryKey: ['narrative-versions', user, version],
    read: async (cursor, signal) =>
      await memoir.narratives.versions(user, {
        limit: PAGE,
        signal,
        ...(cursor === undefined ? {} : { cursor }),
      }),
  })
  return (
    <Paged list={list} empty={<p className="muted small">None is kept.</p>}>
      {(versions) => (
        <ol className="versions">
          {versions.map((earlier) => (
            <li key={earlier.version}>
              <p className="muted small">
                Version {earlier.version}, <When at={earlier.generated_at} />, {earlier.model}
              </p>
              <Prose text={earlier.narrative} />
            </li>
          ))}
        </ol>
      )}
    </Paged>
  )
}
