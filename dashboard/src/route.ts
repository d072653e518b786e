import { useSyncExternalStore } from 'react'

/** Where somebody is: behind the #, so that the server knows one page only. */

export const PAGES = [
  'overview',
  'memories',
  'users',
  'jobs',
  'schedules',
  'sync',
  'keys',
  'settings',
] as const
export type PageName = (typeof PAGES)[number]

export interface Place {
  readonly page: PageName
  /** What of the page, such as a job's id. */
  readonly id: string | undefined
  readonly query: URLSearchParams
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

const isPage = (name: string | undefined): name is PageName => PAGES.some((page) => page === name)

function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [page, id] = path.split('/')
  return {
    page: isPage(page) ? page : 'overview',
    id: id === undefined || id === '' ? undefined : decodeURIComponent(id),
    query: new URLSearchParams(query),
  }
}

export function usePlace(): Place {
  return placeOf(useSyncExternalStore(subscribe, () => location.hash))
}

/** The address of a page, for links. */
export function pathTo(
  page: PageName,
  { id, query = {} }: { id?: string; query?: Readonly<Record<string, string>> } = {},
): string {
  const rest = id === undefined ? '' : `/${encodeURIComponent(id)}`
  const asked = new URLSearchParams(query).toString()
  return `#/${page}${rest}${asked === '' ? '' : `?${asked}`}`
}
