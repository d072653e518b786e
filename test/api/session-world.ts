import { randomUUID } from 'node:crypto'
import type { ApiFixture } from './api-fixture.ts'

/** What a run does to a post, done by hand: tests of what is shown need no run. */

/** The run has begun, some seconds ago. */
export async function begin(memoir: ApiFixture, job: string, secondsAgo = 0): Promise<void> {
  await memoir.db.query(
    `update memoir.job set state = 'running', started_at = now() where id = $1`,
    [job],
  )
  await memoir.db.query(
    `update memoir.raw_session set started_at = now() - make_interval(secs => $2) where job_id = $1`,
    [job, secondsAgo],
  )
}

export async function succeed(memoir: ApiFixture, job: string, secondsAgo = 0): Promise<void> {
  await begin(memoir, job, secondsAgo)
  await memoir.db.query(
    `update memoir.job set state = 'succeeded', finished_at = now() where id = $1`,
    [job],
  )
}

export async function fail(
  memoir: ApiFixture,
  job: string,
  code = 'vendor_refused',
): Promise<void> {
  await begin(memoir, job)
  await memoir.db.query(
    `update memoir.job set state = 'failed', finished_at = now(), error = jsonb_build_object('code', $2::text) where id = $1`,
    [job, code],
  )
}

interface Made {
  readonly job: string
  readonly content: string
}

/** A memory of a post's session, and what `then` does with it; `then` knows it as $1 and the post as `post`. */
async function remember(
  memoir: ApiFixture,
  { job, content, kind, then }: Made & { readonly kind: string; readonly then: string },
): Promise<string> {
  const id = randomUUID()
  await memoir.db.query(
    `with post as (
       select r.user_id, r.collection, s.id as session, s.session_id
         from memoir.raw_session r join memoir.session s on s.id = r.session where r.job_id = $2
     ), trace as (
       insert into memoir.memory_trace (id, user_id, kind, collection, session_id, content, content_hash, occurred_at)
       select $1, user_id, $4, collection, session_id, $3, 'x', now() from post
     )
     ${then}`,
    [id, job, content, kind],
  )
  return id
}

/** A fact that rests on the first turn of a post's session. */
export const fact = async (memoir: ApiFixture, made: Made): Promise<string> =>
  await remember(memoir, {
    ...made,
    kind: 'fact',
    then: `insert into memoir.memory_source (trace_id, user_id, session_id, message_id, quote)
           select $1, user_id, session_id, session || ':0', 'said' from post`,
  })

/** The summary of the session of a post. */
export const summary = async (memoir: ApiFixture, made: Made): Promise<string> =>
  await remember(memoir, {
    ...made,
    kind: 'summary',
    then: `update memoir.session set summary_trace_id = $1 where id = (select session from post)`,
  })
