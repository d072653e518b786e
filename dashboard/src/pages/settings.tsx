import { useQuery } from '@tanstack/react-query'
import type { AiSettings } from '../../../src/client/index.ts'
import { PageHead, Problem, Skeleton } from '../parts/basics.tsx'
import { SettingsForm } from '../parts/settings-form.tsx'
import { pathTo } from '../route.ts'
import { useMemoir } from '../session.tsx'

export function Settings() {
  const memoir = useMemoir()
  const settings = useQuery({
    queryKey: ['settings'],
    queryFn: async ({ signal }) => await memoir.settings.get({ signal }),
    refetchOnWindowFocus: false,
  })
  return (
    <>
      <PageHead
        title="Settings"
        about="Which models the installation uses. An empty field takes what the environment says."
      />
      {settings.isPending ? <Skeleton rows={8} /> : null}
      {settings.error === null ? null : (
        <Problem error={settings.error} again={() => void settings.refetch()} />
      )}
      {settings.data === undefined ? null : (
        <>
          <Reembedding settings={settings.data} />
          <SettingsForm settings={settings.data} />
        </>
      )}
    </>
  )
}

/** What it means that the vectors are of another model, for as long as they are. */
function Reembedding({ settings: { note, job } }: { readonly settings: AiSettings }) {
  if (note === null && job === null) return null
  return (
    <p className="note">
      {note} {job === null ? null : <a href={pathTo('jobs', { id: job })}>How far that has come</a>}
    </p>
  )
}
