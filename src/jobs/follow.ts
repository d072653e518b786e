import { isTerminal, type Job } from '../domain/job.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { findEndedKeys } from '../stores/api-keys.ts'
import type { Queryable } from '../stores/database.ts'
import { findChangedJobs, type ChangedJob } from '../stores/jobs/job-list.ts'
import { withStatementClass } from '../stores/statement-limits.ts'
import type { FollowRequest, JobKey } from './jobs.ts'

/**
 * Jobs as they change, for all who follow one in this process: one statement asks for every job that somebody follows, however many
 * that are, and nobody who waits holds a connection.
 */
export interface Following {
  follow(request: FollowRequest, signal: AbortSignal): AsyncGenerator<Job, void, undefined>
}

/** A person sees progress move. */
const WATCH_EVERY_MS = 500
/** Indexing a memory takes some tens of milliseconds; what takes longer is asked for less often, up to an eighth of its time. */
const WAIT_EVERY_MS = 25
const WAIT_AT_MOST_MS = 250
const WAIT_SHARE = 1 / 8
/** Who is due within so long is asked for along with the others. */
const TOGETHER_MS = 10

/** One who follows a job. */
interface Follower {
  readonly request: FollowRequest
  readonly since: number
  dueAt: number
  /** Of the job as it was last handed over; empty before the first time. */
  version: string
  hand(news: Job | MemoirError): void
}

/** All who follow the same job. */
interface Group {
  readonly key: JobKey
  readonly followers: Set<Follower>
  /** As it was last read. */
  latest: { readonly version: string; readonly job: Job } | null
}

export function createFollowing(db: Queryable): Following {
  const groups = new Map<string, Group>()
  let timer: NodeJS.Timeout | undefined
  let looking = false

  const plan = () => {
    clearTimeout(timer)
    if (looking || groups.size === 0) return
    let first = Number.POSITIVE_INFINITY
    for (const { followers } of groups.values())
      for (const { dueAt } of followers) first = Math.min(first, dueAt)
    timer = setTimeout(() => void round(), Math.max(0, first - performance.now()))
  }
  const round = async () => {
    looking = true
    const till = performance.now() + TOGETHER_MS
    const due = [...groups.values()].filter(({ followers }) =>
      [...followers].some(({ dueAt }) => dueAt <= till),
    )
    try {
      // Not of whatever request it was that came first.
      await withStatementClass('question', async () => await look(db, due))
    } catch (error) {
      // Postgres may be away in between.
      if (!isAway(error)) for (const group of due) tellAll(group, error)
    }
    for (const { followers } of due) for (const follower of followers) postpone(follower)
    looking = false
    plan()
  }
  const join = (follower: Follower): (() => void) => {
    const { namespaceId, id } = follower.request
    const name = `${namespaceId} ${id}`
    const group = groups.get(name) ?? {
      key: { namespaceId, id },
      followers: new Set<Follower>(),
      latest: null,
    }
    groups.set(name, group)
    group.followers.add(follower)
    plan()
    return () => {
      group.followers.delete(follower)
      if (group.followers.size === 0) groups.delete(name)
      plan()
    }
  }
  return { follow: (request, signal) => follow(join, request, signal) }
}

const isAway = (error: unknown) =>
  error instanceof MemoirError && error.code === 'store_unavailable'

/** On marks that all share, so that they come due together. */
function postpone(follower: Follower): void {
  const now = performance.now()
  const { pace } = follower.request
  const everyMs =
    pace === 'watching'
      ? WATCH_EVERY_MS
      : Math.min(Math.max(WAIT_EVERY_MS, (now - follower.since) * WAIT_SHARE), WAIT_AT_MOST_MS)
  const mark = pace === 'watching' ? WATCH_EVERY_MS : WAIT_EVERY_MS
  follower.dueAt = Math.ceil((now + everyMs) / mark) * mark
}

async function look(db: Queryable, groups: readonly Group[]): Promise<void> {
  const followers = groups.flatMap((group) => [...group.followers])
  const keys = new Set(followers.flatMap(({ request }) => request.keyId ?? []))
  // Before the jobs, so that a key that was revoked before a job changed learns nothing of that.
  const ended = keys.size === 0 ? new Set() : new Set(await findEndedKeys(db, [...keys]))
  for (const { request, hand } of followers) {
    if (ended.has(request.keyId)) {
      hand(new MemoirError('unauthorized', SENTENCE.unauthorized))
    }
  }
  const watched = groups.map(({ key, latest }) => ({ ...key, version: latest?.version ?? '' }))
  const changed = await findChangedJobs(db, watched)
  const news = new Map<string, ChangedJob>(
    changed.map((one) => [`${one.namespaceId} ${one.id}`, one]),
  )
  for (const group of groups) handOver(group, news.get(`${group.key.namespaceId} ${group.key.id}`))
}

function handOver(group: Group, news: ChangedJob | undefined): void {
  if (news?.job === null) {
    tellAll(group, new MemoirError('not_found', SENTENCE.not_found))
    return
  }
  if (news !== undefined) group.latest = { version: news.version, job: news.job }
  const { latest } = group
  if (latest === null) return
  for (const follower of group.followers) {
    if (follower.version === latest.version) continue
    follower.version = latest.version
    follower.hand(latest.job)
  }
}

function tellAll({ followers }: Group, error: unknown): void {
  const told =
    error instanceof MemoirError
      ? error
      : new MemoirError('internal', SENTENCE.internal, { cause: error })
  for (const { hand } of followers) hand(told)
}

async function* follow(
  join: (follower: Follower) => () => void,
  request: FollowRequest,
  signal: AbortSignal,
): AsyncGenerator<Job, void, undefined> {
  let news: Job | MemoirError | undefined
  let wake = Promise.withResolvers<void>()
  const onAbort = () => wake.resolve()
  signal.addEventListener('abort', onAbort, { once: true })
  const now = performance.now()
  const leave = join({
    request,
    since: now,
    dueAt: now,
    version: '',
    // A slow reader gets the latest state; states in between do not matter.
    hand(next) {
      if (!(news instanceof MemoirError)) news = next
      wake.resolve()
    },
  })
  try {
    let shown = ''
    while (!signal.aborted) {
      await wake.promise
      wake = Promise.withResolvers<void>()
      const job = news
      news = undefined
      if (job instanceof MemoirError) throw job
      // A row is also written when nothing changed that anybody sees.
      const text = job === undefined ? shown : JSON.stringify(job)
      if (signal.aborted || job === undefined || text === shown) continue
      shown = text
      yield job
      if (isTerminal(job.state)) return
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    leave()
  }
}
