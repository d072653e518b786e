import { useQuery } from '@tanstack/react-query'
import { PageHead, Problem, Skeleton } from '../parts/basics.tsx'
import { SettingsForm } from '../parts/settings-form.tsx'
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
      {settings.data === undefined ? null : <SettingsForm settings={settings.data} />}
    </>
  )
}
