import type { Config } from '../config.ts'
import type { Turn } from '../domain/transcript.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { mergeDrafts } from '../facts/draft.ts'
import { extractPassage, type FactContext } from '../facts/extract.ts'
import { passagesOf, type Passage } from '../facts/passages.ts'
import { settleFacts } from '../facts/settle.ts'
import type { FactOrigin } from '../facts/write.ts'
import { atOnce } from '../ingest/at-once.ts'
import { languagePurseOf, purseOf } from '../ingest/purse.ts'
import { withoutForgottenTurns } from './forgotten-turns.ts'
import { extractionIn } from '../steering/settings.ts'
import { maskedTurns } from '../steering/steering.ts'
import type { Embedder } from '../providers/embedder.ts'
import type { LanguageModel } from '../providers/language-model.ts'
import type { Database } from '../stores/database.ts'
import {
  countFacts,
  endPost,
  findPostToBegin,
  fixFirstNew,
  readPost,
  type PostToBegin,
  type SessionPost,
} from '../stores/sessions/session-posts.ts'
import { keepReplies } from './replies.ts'
import { summarisePost } from './summarise.ts'

/** The steps of one posted transcript. Each may be repeated: what was done is found done, and what a model answered is kept. */
export interface SessionSteps {
  /** Whose turn it is; and where the post begins, so that what an earlier one had is not paid for again. */
  begin(key: PostKey): Promise<PostStart>
  /** Some passages from `passage` on. @returns where to go on, null at the end */
  extract(key: PostKey & { readonly passage: number }, signal: AbortSignal): Promise<Next>
  /** Resolves and writes the facts of some passages. @returns where to go on, null at the end */
  settle(key: PostKey & { readonly passage: number }, signal: AbortSignal): Promise<Next>
  summarise(key: PostKey, signal: AbortSignal): Promise<void>
  /** @returns the run of the post that waited for this one */
  finish(key: PostKey): Promise<{ readonly next: string | null }>
}

export interface PostKey {
  readonly jobId: string
}

export interface PostStart {
  readonly ready: boolean
  /** Whether there is anything new in it. */
  readonly work: boolean
}

export interface Next {
  readonly passage: number | null
}

export interface SessionDependencies {
  readonly config: Config
  readonly db: Database
  readonly embedder: Embedder
  readonly languageModel: LanguageModel
}

/** Passages that a step does at least: with a slow model still a few minutes. */
const PASSAGES_A_STEP = 16
/** A step goes on for that long: each one reads the transcript anew, which a long one makes dear. */
const STEP_MS = 10_000
/** At once, of one post; other posts want the vendor too. */
const PASSAGES_AT_ONCE = 2
/** Passages whose facts are resolved together: some fifty facts. */
const PASSAGES_A_GROUP = 8
/** Turns before the first new one that are read for what it refers to. */
const EARLIER_TURNS = 8
/** Bytes a turn in `turn_digests`. */
const DIGEST_BYTES = 8

export function createSessionSteps(dependencies: SessionDependencies): SessionSteps {
  const { db, config } = dependencies
  const chunkChars = config.EMBEDDING_CHUNK_CHARS
  return {
    begin: async ({ jobId }) => await begin(db, found(await findPostToBegin(db, jobId))),
    async extract({ jobId, passage }, signal) {
      const work = await openWork(dependencies, { jobId, signal })
      return await inStretches(work, { from: passage, length: PASSAGES_A_STEP }, async (some) => {
        await atOnce(PASSAGES_AT_ONCE, some, async (one) => {
          await extractOne(work, one)
        })
      })
    },
    async settle({ jobId, passage }, signal) {
      const work = await openWork(dependencies, { jobId, signal })
      let replaced = work.post.superseded
      return await inStretches(
        work,
        { from: passage, length: PASSAGES_A_GROUP },
        async (some, first) => {
          replaced += await settleGroup(work, some, { first, replacedBefore: replaced })
        },
      )
    },
    async summarise({ jobId }, signal) {
      const { context, post, turns } = await openWork(dependencies, { jobId, signal })
      await keepReplies(context, { post, turns, chunkChars })
      await summarisePost(context, { post, turns })
    },
    async finish({ jobId }) {
      return found(await endPost(db, jobId))
    },
  }
}

function found<T>(row: T | null | undefined): T {
  if (row === null || row === undefined) throw new MemoirError('not_found', SENTENCE.not_found)
  return row
}

async function begin(db: Database, post: PostToBegin): Promise<PostStart> {
  if (post.waits) return { ready: false, work: false }
  const from = await fixFirstNew(db, post, firstNewOf(post, post.doneTurns))
  return { ready: true, work: from < post.turns }
}

/** A post that begins with what was processed adds to it; one that is a beginning of it adds nothing; any other is another version. */
function firstNewOf({ turnDigests, turns }: SessionPost, done: Buffer): number {
  const { length } = done
  if (turnDigests.subarray(0, length).equals(done)) return length / DIGEST_BYTES
  return done.subarray(0, turnDigests.length).equals(turnDigests) ? turns : 0
}

interface Work {
  readonly context: FactContext
  readonly post: SessionPost
  readonly turns: readonly Turn[]
  readonly passages: readonly Passage[]
}

async function openWork(
  { config, db, embedder, languageModel }: SessionDependencies,
  { jobId, signal }: { jobId: string; signal: AbortSignal },
): Promise<Work> {
  await Promise.all([languageModel.ready?.(), embedder.ready?.()])
  const { said, forgetSeq: seq, ...post } = found(await readPost(db, jobId, EARLIER_TURNS))
  const firstNew = post.firstNew ?? 0
  const secret = config.MEMOIR_ENCRYPTION_KEY
  // Of whom nothing was ever forgotten nothing has to be looked up.
  const of = { ...post, secret }
  const left = seq === 0 ? said : await withoutForgottenTurns(db, of, said, 'derived')
  const { steering } = await extractionIn(db, post)
  const read = maskedTurns(steering, left)
  const turns = read.filter(({ position }) => position >= firstNew)
  const earlier = read.filter(({ position }) => position < firstNew)
  const context: FactContext = {
    db,
    embedder,
    model: languageModel,
    language: config.MEMORY_LANGUAGE,
    timeZone: config.MEMORY_TIMEZONE,
    heads: config.MEMORY_HEADS,
    jobId,
    userId: post.userId,
    steering,
    fence: { namespaceId: post.namespaceId, secret, seq },
    priority: 'live',
    signal,
    purses: {
      embedding: purseOf({ db, config }, { jobId, model: embedder.identity.model }),
      language: languagePurseOf({ db, config }, { jobId, model: languageModel.identity.model }),
    },
  }
  return { context, post, turns, passages: passagesOf(turns, earlier) }
}

/** Stretch after stretch of the passages, until the step has had its time. */
async function inStretches(
  { passages }: Work,
  { from, length }: { from: number; length: number },
  each: (some: readonly Passage[], first: number) => Promise<void>,
): Promise<Next> {
  const until = performance.now() + STEP_MS
  for (let first = from; ;) {
    await each(passages.slice(first, first + length), first)
    first += length
    if (first >= passages.length) return { passage: null }
    if (performance.now() >= until) return { passage: first }
  }
}

const extractOne = async ({ context, post }: Work, passage: Passage) =>
  await extractPassage(context, {
    step: `extract:${passage.index}`,
    passage,
    referenceTime: post.queuedAt,
  })

/** @returns how many facts gave way */
async function settleGroup(
  work: Work,
  some: readonly Passage[],
  { first, replacedBefore }: { first: number; replacedBefore: number },
): Promise<number> {
  const { context, post } = work
  const drafts = []
  for (const passage of some) drafts.push(...(await extractOne(work, passage)))
  if (drafts.length === 0) return 0
  const { superseded } = await settleFacts(context, {
    drafts: mergeDrafts(drafts),
    origin: originOf(post),
    step: `settle:${first}`,
    replacedBefore,
    also: async (tx, written) => {
      await countFacts(tx, post, {
        facts: written.added.length,
        superseded: written.superseded.length,
      })
    },
  })
  return superseded.length
}

/** A posted turn has no id of its own: the session and its position name it. */
function originOf({ session, sessionId, collection }: SessionPost): FactOrigin {
  return {
    scope: 'personal',
    collection: collection === '' ? null : collection,
    sessionId,
    conversationId: null,
    source: 'session',
    messageIdOf: (position) => `${session}:${position}`,
  }
}
