import { MemoirError } from '../errors.ts'
import type { ApiClient } from './client.ts'
import { line, type Io } from './io.ts'
import { cut, plain } from './table.ts'

/** Things that people name by an id, or by how it begins. */

const LISTS = {
  job: 'memoir jobs list',
  memory: 'memoir memories list --user ID',
  session: 'memoir sessions list',
  key: 'memoir keys list',
  user: 'memoir users list',
} as const
type Thing = keyof typeof LISTS

const PLURAL = { job: 'jobs', memory: 'memories', session: 'sessions', key: 'keys' } as const

const SHOWN_COLUMNS = 60
const shown = (id: string) => cut(plain(id), SHOWN_COLUMNS)

/** That there is none of it, and where to find those that there are. */
export const noSuch = (thing: Thing, id: string) =>
  new MemoirError('not_found', `No ${thing} ${shown(id)}; see \`${LISTS[thing]}\`.`, {
    details: { [thing]: shown(id) },
  })

export interface Named {
  readonly client: Pick<ApiClient, 'ids' | 'keys'>
  readonly of: keyof typeof PLURAL
  /** As it was typed: an id, or how one begins. */
  readonly given: string
}

/**
 * Does something with what is named. What the API does not find is said to be missing.
 * @throws MemoirError `not_found`; `invalid_request` when several begin so
 */
export async function withId<T>(named: Named, work: (id: string) => Promise<T>): Promise<T> {
  const { of, given } = named
  // A session may be called anything, so what was typed may be all of its id.
  const isWhole = of === 'session' || WHOLE.test(given) || !BEGINNING.test(given)
  try {
    return await work(isWhole ? given : await resolveId(named))
  } catch (error) {
    if (!isMissing(error)) throw error
    if (of !== 'session') throw noSuch(of, given)
  }
  return await work(await resolveId(named))
}

const isMissing = (error: unknown) => error instanceof MemoirError && error.code === 'not_found'

const WHOLE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const BEGINNING = /^[0-9a-f][0-9a-f-]{0,35}$/i

async function resolveId(named: Named): Promise<string> {
  const { of, given } = named
  const { ids, more } = await found(named).catch((error: unknown) => {
    // A Memoir of an older version does not know beginnings.
    if (isMissing(error)) return { ids: [], more: false }
    throw error
  })
  const [only] = ids
  if (ids.length === 1 && only !== undefined) return only
  if (ids.length === 0) throw noSuch(of, given)
  throw new MemoirError(
    'invalid_request',
    `Several ${PLURAL[of]} begin with ${shown(given)}: ${ids.map(shown).join(', ')}${more ? ', …' : ''}.`,
    { details: { next: 'Type more of the id.', ids } },
  )
}

async function found({ client, of, given }: Named): Promise<{ ids: string[]; more: boolean }> {
  if (of !== 'key') return await client.ids({ of, prefix: given })
  const ids: string[] = []
  const wanted = given.toLowerCase()
  let cursor: string | undefined
  do {
    const page = await client.keys({ limit: 200, cursor })
    ids.push(...page.items.flatMap(({ id }) => (id.startsWith(wanted) ? [id] : [])))
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
  return { ids: ids.slice(0, 10), more: ids.length > 10 }
}

/** Says who of these is unknown, when nothing was found. @returns whether all of them are */
export async function saidAllUnknown(
  client: Pick<ApiClient, 'user'>,
  users: readonly string[],
  io: Pick<Io, 'stderr'>,
): Promise<boolean> {
  let all = true
  for (const user of users) all = (await saidUnknown(client, user, io)) && all
  return all
}

/** Says so when nothing was found because nobody is called that. @returns whether it said so */
export async function saidUnknown(
  client: Pick<ApiClient, 'user'>,
  user: string,
  io: Pick<Io, 'stderr'>,
): Promise<boolean> {
  try {
    await client.user(user)
    return false
  } catch (error) {
    if (!isMissing(error)) throw error
    line(io.stderr, noSuch('user', user).message)
    return true
  }
}
