import type { PropsWithChildren, RefObject } from 'react'
import { PAGES, pathTo, type PageName } from '../route.ts'
import { useSession } from '../session.tsx'
import { Mark } from './mark.tsx'

/** Pages that only an administrator's key can read. */
const ADMINS: ReadonlySet<PageName> = new Set(['schedules', 'sync', 'keys', 'settings'])

interface ShellProps extends PropsWithChildren {
  readonly page: PageName
  readonly titles: Record<PageName, string>
  readonly main: RefObject<HTMLElement | null>
}

/** Where there is no room for all pages, the one in hand is brought into sight. */
function intoSight(link: HTMLElement | null): void {
  link?.scrollIntoView({ block: 'nearest', inline: 'center' })
}

/** Navigation beside the page, or above it where there is no room. */
export function Shell({ page, titles, main, children }: ShellProps) {
  const { key } = useSession()
  const pages = PAGES.filter((name) => key.role === 'admin' || !ADMINS.has(name))
  return (
    <div className="shell">
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <header className="side">
        <a className="brand" href={pathTo('overview')}>
          <Mark />
          Memoir
        </a>
        <nav aria-label="Pages">
          <ul>
            {pages.map((name) => (
              <li key={name}>
                <a
                  href={pathTo(name)}
                  aria-current={name === page ? 'page' : undefined}
                  ref={name === page ? intoSight : undefined}
                >
                  {titles[name]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <Who />
      </header>
      <main ref={main} tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}

function Who() {
  const { key, signOut } = useSession()
  return (
    <div className="who">
      <p>
        <span className="muted">{key.role}</span> <span className="name">{key.namespace}</span>
        {key.user_id === null ? null : <span className="name"> · {key.user_id}</span>}
      </p>
      <p className="links">
        <a href="/docs">API</a>
        <button type="button" className="link" onClick={() => signOut()}>
          Sign out
        </button>
      </p>
    </div>
  )
}
