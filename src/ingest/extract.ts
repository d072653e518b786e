import type { Extraction } from '../domain/job.ts'
import type { Head } from '../domain/recall.ts'
import type { Turn } from '../domain/transcript.ts'
import { MemoirError } from '../errors.ts'
import { mergeDrafts, type FactDraft } from '../facts/draft.ts'
import { extractPassage, type FactContext } from '../facts/extract.ts'
import { passagesOf } from '../facts/passages.ts'
import type { ForgetSecret } from '../forget/remembered.ts'
import { settleFacts } from '../facts/settle.ts'
import { summaryId } from '../facts/summary-id.ts'
import { summariseTurns } from '../facts/summarise.ts'
import type { Embedder, Purse } from '../providers/embedder.ts'
import type { LanguageModel } from '../providers/language-model.ts'
import type { Steering } from '../steering/steering.ts'
import type { Database } from '../stores/database.ts'
import { atOnce } from './at-once.ts'
import type { ConversationPlan } from './plan.ts'

/** Who makes facts of conversations, and on whose account. */
export interface FactExtraction {
  /** What the run was asked for. */
  readonly wanted: Extraction
  /** Who does it, by kind; a kind that is missing cannot be had. */
  readonly models: Readonly<Partial<Record<Extraction, LanguageModel>>>
  /** Pays for the language model. */
  readonly purse?: Purse
}

interface ExtractContext {
  readonly db: Database
  readonly embedder: Embedder
  readonly jobId: string
  readonly source: string
  readonly language: string
  readonly timeZone?: string
  readonly signal: AbortSignal
  readonly purse?: Purse
  readonly extraction: FactExtraction
  /** Which vectors facts get. */
  readonly heads?: readonly Head[]
  readonly namespaceId: string
  readonly forgetSecret?: ForgetSecret
  /** What is to be remembered; left out, whatever is worth it. */
  readonly steering?: Steering | undefined
  /** How often each user had had something forgotten when the conversations were read. */
  readonly seqs: ReadonlyMap<string, number>
}

/** Conversations at once: hides a vendor's round trips, and leaves its rate to others too. */
const AT_ONCE = 4
/** Facts resolved together, as of a posted session. */
const DRAFTS_A_GROUP = 50

/**
 * Extracts, resolves and writes the facts and the summary of each conversation, in transactions of their own. All of it may be
 * repeated: answers are kept with the job, and facts have their ids from their words.
 */
export async function extractConversations(
  plans: readonly ConversationPlan[],
  context: ExtractContext,
): Promise<void> {
  await atOnce(AT_ONCE, plans, async (plan) => {
    const model = plan.reindex ? undefined : context.extraction.models[plan.extract]
    if (model) await unlessErased(async () => await extractOne(plan, context, model))
  })
}

/** One user who is erased meanwhile must not end the work on all others: the slice lists their conversations. */
async function unlessErased(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof MemoirError) || error.code !== 'suppressed_user') throw error
  }
}

async function extractOne(
  plan: ConversationPlan,
  context: ExtractContext,
  model: LanguageModel,
): Promise<void> {
  const { conversation, userId, episodeId } = plan
  const createdAt =
    conversation.createdAt ?? conversation.turns[0]?.createdAt ?? conversation.readAt
  const facts = factContext(context, { model, userId })
  const turns = turnsOf(plan)
  const origin = originOf(plan, { source: context.source, turns })
  const step = `conversation:${episodeId}`
  const drafts: FactDraft[] = []
  for (const passage of passagesOf(turns)) {
    const asked = { step: `${step}:${passage.index}`, passage, referenceTime: createdAt }
    drafts.push(...(await extractPassage(facts, asked)))
  }
  const merged = mergeDrafts(drafts)
  for (let at = 0; at < merged.length; at += DRAFTS_A_GROUP) {
    const some = merged.slice(at, at + DRAFTS_A_GROUP)
    const group = `${step}:settle:${at}`
    await settleFacts(facts, { drafts: some, origin, step: group, replacedBefore: 0 })
  }
  const of = { ...origin, id: summaryId(userId, ['conversation', episodeId]) }
  await summariseTurns(facts, { step, of, turns, before: null, at: createdAt })
}

function turnsOf({ heard }: ConversationPlan): Turn[] {
  return heard.map(({ id, role, name, content, createdAt }, position) => ({
    position,
    role: role ?? 'user',
    name,
    content,
    at: createdAt.toISOString(),
    messageId: id,
  }))
}

function originOf(
  { conversation }: ConversationPlan,
  { source, turns }: { source: string; turns: readonly Turn[] },
) {
  return {
    scope: 'personal',
    collection: null,
    sessionId: null,
    conversationId: conversation.id,
    source,
    messageIdOf: (position: number) => turns[position]?.messageId ?? `${position}`,
  }
}

function factContext(
  context: ExtractContext,
  { model, userId }: { model: LanguageModel; userId: string },
): FactContext {
  const { db, embedder, jobId, language, signal, purse, extraction } = context
  const { namespaceId, forgetSecret: secret, seqs, heads = [], timeZone, steering } = context
  return {
    steering,
    fence: { namespaceId, secret, seq: seqs.get(userId) ?? 0 },
    db,
    embedder,
    model,
    jobId,
    userId,
    language,
    heads,
    ...(timeZone === undefined ? {} : { timeZone }),
    signal,
    priority: 'bulk',
    ...(purse && extraction.purse
      ? { purses: { embedding: purse, language: extraction.purse } }
      : {}),
  }
}
