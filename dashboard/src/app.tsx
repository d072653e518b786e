import { lazy, Suspense, useEffect, useRef, type RefObject } from 'react'
import { Shell } from './parts/shell.tsx'
import { SignIn } from './pages/sign-in.tsx'
import { Overview } from './pages/overview.tsx'
import { usePlace, type PageName } from './route.ts'
import { useDoor } from './session.tsx'

/** Loaded when first opened: the first page needs none of them. */
const Memories = lazy(async () => ({ default: (await import('./pages/memories.tsx')).Memories }))
const Jobs = lazy(async () => ({ default: (await import('./pages/jobs.tsx')).Jobs }))
const JobPage = lazy(async () => ({ default: (await import('./pages/job.tsx')).JobPage }))
const Schedules = lazy(async () => ({ default: (await import('./pages/schedules.tsx')).Schedules }))
const Users = lazy(async () => ({ default: (await import('./pages/users.tsx')).Users }))
const UserPage = lazy(async () => ({ default: (await import('./pages/user.tsx')).UserPage }))
const Sync = lazy(async () => ({ default: (await import('./pages/sync.tsx')).Sync }))
const Settings = lazy(async () => ({ default: (await import('./pages/settings.tsx')).Settings }))
const Keys = lazy(async () => ({ default: (await import('./pages/keys.tsx')).Keys }))

const TITLES: Record<PageName, string> = {
  overview: 'Overview',
  memories: 'Memories',
  users: 'Users',
  jobs: 'Jobs',
  schedules: 'Schedules',
  sync: 'Sync',
  keys: 'Keys',
  settings: 'Settings',
}

export function App() {
  const { session, opening } = useDoor()
  const { page, id } = usePlace()
  const main = useRef<HTMLElement>(null)
  useArrival(session === undefined ? undefined : `${page}/${id ?? ''}`, main)

  const title = session === undefined ? 'Sign in' : TITLES[page]
  useEffect(() => {
    document.title = `${title} · Memoir`
  }, [title])

  if (opening) return <output className="opening">Opening…</output>
  if (session === undefined) return <SignIn />
  return (
    <Shell page={page} titles={TITLES} main={main}>
      <Suspense fallback={<output className="skeleton skeleton-page">Loading…</output>}>
        <CurrentPage page={page} id={id} />
      </Suspense>
    </Shell>
  )
}

/** Whoever does not see the page change hears it: the focus goes to the new one, though not to the first. */
function useArrival(place: string | undefined, main: RefObject<HTMLElement | null>) {
  const before = useRef<string>(undefined)
  useEffect(() => {
    if (before.current !== undefined && place !== undefined && before.current !== place) {
      main.current?.focus({ preventScroll: true })
      scrollTo(0, 0)
    }
    before.current = place
  }, [place, main])
}

function CurrentPage({ page, id }: { page: PageName; id: string | undefined }) {
  switch (page) {
    case 'overview':
      return <Overview />
    case 'memories':
      return <Memories />
    case 'jobs':
      return id === undefined ? <Jobs /> : <JobPage key={id} id={id} />
    case 'schedules':
      return <Schedules />
    case 'users':
      return id === undefined ? <Users /> : <UserPage key={id} user={id} />
    case 'sync':
      return <Sync />
    case 'keys':
      return <Keys />
    case 'settings':
      return <Settings />
    default:
      return page satisfies never
  }
}
