import { parseTranscript } from '../../src/sessions/transcript.ts'
import type { ApiFixture } from './api-fixture.ts'
import { fact, succeed } from './session-world.ts'

/** What the walk of test/api/tenancy.test.ts goes through. */

export interface World {
  readonly memoir: ApiFixture
  readonly job: string
  readonly keyId: string
  /** Ann's, at work. */
  readonly memory: string
  /** Of ann's events. */
  readonly webhook: string
}

/** Marks everything that lies inside `acme` and outside the reach of every other key. */
export const MARK = 'acme-secret'

/** acme: ann with a secret at work, bob with something personal; rival: a user of the same name. */
export async function settle(memoir: ApiFixture): Promise<World> {
  const acme = await memoir.namespace('acme')
  const rival = await memoir.namespace('rival')
  memoir.memories.push(
    { namespaceId: acme, userId: 'ann', scope: 'work', content: MARK },
    { namespaceId: acme, userId: 'bob', scope: 'personal', content: 'what bob said' },
    { namespaceId: rival, userId: 'ann', scope: 'work', content: 'what the other ann said' },
  )
  const memory = await remember(memoir, 'ann', 'work')
  await remember(memoir, `${MARK}-user`, 'work')
  await remember(memoir, 'bob', 'personal')
  await memoir.job({ namespace: 'acme', user: 'bob' })
  await memoir.job({ namespace: 'acme', user: 'ann' })
  await memoir.db.query(
    `insert into memoir.ingested_conversation (namespace_id, source, conversation_id, outcome, code)
     values ($1, 'main', $2, 'error', 'no_user')`,
    [acme, MARK],
  )
  await memoir.db.query(
    `insert into memoir.usage (namespace_id, day, model, purpose, requests, tokens)
     values ($1, (now() at time zone 'utc')::date, $2, 'embedding', 1, 10)`,
    [acme, `${MARK}-model`],
  )
  const { rows } = await memoir.db.query<{ id: string }>(
    `insert into memoir.api_key (namespace_id, name, role, secret_hash, prefix)
     values ($1, 'key of acme', 'reader', 'x', 'mk_') returning id`,
    [acme],
  )
  await converse(memoir)
  await narrate(memoir)
  const job = await memoir.job({ namespace: 'acme' })
  const webhook = await hook(memoir)
  return { memoir, job, keyId: rows[0]?.id ?? '', memory, webhook }
}

async function hook(memoir: ApiFixture): Promise<string> {
  const { rows } = await memoir.db.query<{ id: string }>(
    `insert into memoir.webhook (id, namespace_id, user_id, url, secret, position)
     values (gen_random_uuid(), $1, $2, $3, 'x', 0) returning id`,
    [
      await memoir.namespace('acme'),
      await memoir.user('ann', 'acme'),
      `https://example.com/${MARK}`,
    ],
  )
  return rows[0]?.id ?? ''
}

async function remember(memoir: ApiFixture, user: string, scope: string): Promise<string> {
  const { rows } = await memoir.db.query<{ id: string }>(
    `insert into memoir.memory_trace (id, user_id, kind, scope, content, content_hash, occurred_at)
     values (gen_random_uuid(), $1, 'message', $2, $3, 'x', now()) returning id`,
    [await memoir.user(user, 'acme'), scope, scope === 'work' ? MARK : 'x'],
  )
  return rows[0]?.id ?? ''
}

/** A session of ann's that was processed: a transcript, a fact and the day's counts. */
async function converse(memoir: ApiFixture): Promise<void> {
  const post = await memoir.services.posts.accept({
    namespaceId: await memoir.namespace('acme'),
    userId: 'ann',
    collection: 'chats',
    sessionId: MARK,
    turns: parseTranscript('User: what was posted'),
    metadata: {},
  })
  await fact(memoir, { job: post.jobId, content: `what was posted, and ${MARK}` })
  await memoir.db.query(`update memoir.memory_trace set scope = 'work' where kind = 'fact'`)
  await succeed(memoir, post.jobId)
}

/** A fresh narrative of the ann of `acme`, and the one before it. */
async function narrate(memoir: ApiFixture): Promise<void> {
  const ann = await memoir.user('ann', 'acme')
  await memoir.db.query(
    `insert into memoir.user_narratives (namespace_id, user_id, narrative_content, version, state, generated_at, fresh_until)
     values ($1, $2, $3, 2, 'fresh', now(), now() + interval '1 day')`,
    [await memoir.namespace('acme'), ann, `a narrative of ann, ${MARK}`],
  )
  await memoir.db.query(
    `insert into memoir.user_narrative_version (user_id, version, narrative_content, generated_at, model, prompt_version)
     values ($1, 1, $2, now() - interval '1 day', 'a-model', '1')`,
    [ann, `an earlier narrative of ann, ${MARK}`],
  )
}
