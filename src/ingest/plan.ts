import { saysMore, withoutOwnContext } from '../text/own-context.ts'
import type { Extraction } from '../domain/job.ts'
import { isUserId } from '../domain/user.ts'
import type { ErrorCode } from '../errors.ts'
import type { IngestedRow } from '../stores/memories/ingested.ts'
import { salienceOfSaid } from '../text/salience.ts'
import type { StoredTrace, TraceWrite } from '../stores/memories/traces.ts'
import {
  CONTENT_VERSION,
  PIPELINE_VERSION,
  contentHash,
  conversationHash,
  episodeId,
  messageTraceId,
  sourceUpdatedAt,
  type SourceConversation,
  type SourceMessage,
} from './conversation.ts'
import { indexMessages, languageOf, type MessageText, ownLexemes } from './text-index.ts'

/** What is to be done with one conversation, decided before anything is embedded or written. */
export type Decision =
  | { readonly kind: 'leave' }
  | { readonly kind: 'skip'; readonly code: SkipCode | null }
  | { readonly kind: 'error'; readonly code: ErrorCode }
  | {
      readonly kind: 'process'
      readonly outcome: 'created' | 'updated'
      readonly extract: Extraction
      /** Nothing is new but how its words are indexed. */
      readonly reindex: boolean
    }

export type SkipCode = 'too_few_turns' | 'older_read' | 'gone'

export interface DecisionContext {
  readonly jobId: string
  readonly minTurns: number
  readonly extract: Extraction
  /** Processes what is unchanged too. */
  readonly force?: boolean
  readonly previous: IngestedRow | undefined
}

/** A conversation with all that is computed of it once. */
export interface ReadConversation extends SourceConversation {
  readonly hash: Buffer
  readonly sourceUpdatedAt: Date
  /** The messages that say something. */
  readonly turns: readonly SourceMessage[]
}

export function readConversation(conversation: SourceConversation): ReadConversation {
  const messages = conversation.messages.map(clean)
  return {
    ...conversation,
    messages,
    title: conversation.title === null ? null : cleanText(conversation.title),
    hash: conversationHash(conversation),
    sourceUpdatedAt: sourceUpdatedAt(conversation),
    turns: messages
      .map((message) => ({ ...message, content: withoutOwnContext(message.content) }))
      .filter(({ content }) => saysMore(content)),
  }
}

/** Postgres' text and JSON hold neither NUL nor half a surrogate pair; a source of another kind may. */
const cleanText = (text: string) => text.toWellFormed().replaceAll('\u0000', '\uFFFD')

function clean(message: SourceMessage): SourceMessage {
  const content = cleanText(message.content)
  return content === message.content ? message : { ...message, content }
}

/**
 * Timestamps order two reads of one conversation but never prove that nothing changed: the hash does. A row this job already
 * wrote is left alone, so a page that is repeated keeps saying `created`.
 */
export function decide(conversation: ReadConversation, context: DecisionContext): Decision {
  const { previous } = context
  if (!isUserId(conversation.userId)) {
    return { kind: 'error', code: 'no_user' }
  }
  const same = previous?.messageHash?.equals(conversation.hash) === true
  const done = previous !== undefined && previous.outcome !== 'error'
  if (done && same && previous.jobId === context.jobId) return { kind: 'leave' }
  if (isOlder(conversation, previous)) return { kind: 'skip', code: 'older_read' }
  const ingested = previous?.traceId !== null && previous?.traceId !== undefined
  if (!ingested && conversation.turns.length < context.minTurns) {
    return { kind: 'skip', code: 'too_few_turns' }
  }
  const extracted = context.extract === 'none' || previous?.extracted === context.extract
  const unchanged = done && ingested && same && extracted && context.force !== true
  const version = previous?.pipelineVersion ?? 0
  if (unchanged && version === PIPELINE_VERSION) return { kind: 'skip', code: null }
  // What was extracted once is kept up to date, also by a run that nobody asked to extract.
  const extract = context.extract === 'none' ? (previous?.extracted ?? 'none') : context.extract
  const reindex = unchanged && version >= CONTENT_VERSION
  return { kind: 'process', outcome: ingested ? 'updated' : 'created', extract, reindex }
}

function isOlder(conversation: ReadConversation, previous: IngestedRow | undefined): boolean {
  if (!previous?.sourceUpdatedAt || !previous.readAt) return false
  const source = conversation.sourceUpdatedAt.getTime() - previous.sourceUpdatedAt.getTime()
  // A conversation that lost its newest message looks older by its times; when it was read tells the two apart.
  if (source < 0) {
    return conversation.readAt <= previous.readAt || conversation.readAt < previous.sourceUpdatedAt
  }
  if (source > 0) return false
  return conversation.readAt < previous.readAt
}

export interface PlanTarget {
  readonly namespaceId: string
  readonly source: string
  readonly userId: string
  readonly language: string
  /** Messages of less salience get no vector. */
  readonly minSalience: number
}

export interface PlannedTrace {
  readonly write: TraceWrite
  /** Postings of a message; an episode has none, its messages have them. */
  readonly text: MessageText | null
}

/** Everything a conversation becomes. */
export interface ConversationPlan extends PlannedTraces, Heard {}

/** What models read of a conversation. */
export interface Heard {
  /** The turns as models read them: what settings keep from being remembered as it was said may still hold facts. */
  readonly heard: readonly SourceMessage[]
  /** Ids that their traces have, or would have. */
  readonly heardIds: ReadonlySet<string>
}

interface PlannedTraces {
  readonly conversation: ReadConversation
  readonly outcome: 'created' | 'updated'
  readonly extract: Extraction
  /** Only its words are indexed again: its facts and its summary stand. */
  readonly reindex: boolean
  readonly userId: string
  readonly episodeId: string
  /** New and changed traces. */
  readonly writes: readonly PlannedTrace[]
  /** Unchanged messages whose neighbour changed, or whose words are indexed otherwise. */
  readonly windows: readonly { readonly stored: StoredTrace; readonly text: MessageText }[]
  /** Messages the source no longer has. */
  readonly removed: readonly StoredTrace[]
  readonly stored: readonly StoredTrace[]
  /** Ids of all message traces in the order they were said. */
  readonly order: readonly { readonly id: string; readonly at: Date }[]
}

export function planConversation(
  conversation: ReadConversation,
  {
    target,
    outcome,
    extract = 'none',
    reindex = false,
    stored,
  }: {
    target: PlanTarget
    outcome: 'created' | 'updated'
    extract?: Extraction
    reindex?: boolean
    stored: readonly StoredTrace[]
  },
): PlannedTraces {
  const texts = indexMessages(
    conversation.turns.map(({ content }) => content),
    target.language,
  )
  const known = new Map(stored.map((trace) => [trace.id, trace]))
  const messages = conversation.turns.map((turn, index) =>
    messageTrace(conversation, turn, { target, text: texts[index], before: texts[index - 1] }),
  )
  const episode = episodeTrace(conversation, target)
  const wanted = new Set([episode.write.id, ...messages.map(({ write }) => write.id)])
  const changed = messages.map(({ write }) => !isSame(known.get(write.id), write))
  return {
    conversation,
    outcome,
    extract,
    reindex,
    userId: target.userId,
    episodeId: episode.write.id,
    writes: [
      ...(isSame(known.get(episode.write.id), episode.write) ? [] : [episode]),
      ...messages.filter((_, index) => changed[index]),
    ],
    windows: messages.flatMap(({ write, text }, index) => {
      const trace = known.get(write.id)
      const moved = text !== null && trace !== undefined && !changed[index] && outcome === 'updated'
      const touched = moved && (reindex || touches(changed, index, trace, text))
      return touched ? [{ stored: trace, text }] : []
    }),
    removed: stored.filter((trace) => trace.active && !wanted.has(trace.id)),
    stored,
    order: messages.map(({ write }) => ({ id: write.id, at: write.occurredAt })),
  }
}

/** A window is written anew when a neighbour changed, or went away, which shows in its length. */
function touches(
  changed: readonly boolean[],
  index: number,
  stored: StoredTrace,
  text: MessageText,
): boolean {
  return (
    changed[index - 1] === true ||
    changed[index + 1] === true ||
    stored.windowLength !== text.windowLength
  )
}

function isSame(stored: StoredTrace | undefined, write: TraceWrite): boolean {
  return (
    stored !== undefined &&
    stored.active &&
    stored.vectorState === write.vectorState &&
    stored.contentHash.equals(write.contentHash)
  )
}

const DEFAULT_ROLE = 'user'

function messageTrace(
  conversation: ReadConversation,
  turn: SourceMessage,
  {
    target,
    text,
    before,
  }: { target: PlanTarget; text: MessageText | undefined; before: MessageText | undefined },
): PlannedTrace {
  const ref = { ...target, conversationId: conversation.id }
  const role = turn.role ?? DEFAULT_ROLE
  const language = text?.language ?? 'und'
  const lexemes = ownLexemes(text)
  const said = { content: turn.content, role, language, lexemes, before: ownLexemes(before) }
  const salience = salienceOfSaid(said)
  return {
    text: text ?? null,
    write: {
      id: messageTraceId(ref, turn.id),
      userId: target.userId,
      kind: 'message',
      role,
      content: turn.content,
      contentHash: contentHash([
        CONTENT_VERSION,
        role,
        turn.name,
        turn.createdAt.getTime(),
        turn.content,
      ]),
      language,
      conversationId: conversation.id,
      source: target.source,
      meta: JSON.stringify({
        message_id: turn.id,
        ...(turn.name === null ? {} : { name: turn.name }),
      }),
      occurredAt: turn.createdAt,
      textLength: text?.length ?? 0,
      windowLength: text?.windowLength ?? 0,
      salience,
      vectorState: salience < target.minSalience ? 'off' : 'written',
    },
  }
}

/** A whole conversation deserves what the best of it does, and somebody had it. */
const EPISODE_SALIENCE = 1

/** What an episode says, and is known by. */
export function episodeOf({
  title,
  turns,
  began,
}: {
  readonly title: string | null
  readonly turns: readonly Pick<SourceMessage, 'name' | 'role' | 'content'>[]
  readonly began: Date
}): { content: string; contentHash: Buffer; meta: string } {
  const lines = turns.map((turn) => `${turn.name ?? turn.role ?? DEFAULT_ROLE}: ${turn.content}`)
  const content = [...(title === null ? [] : [title, '']), ...lines].join('\n')
  return {
    content,
    contentHash: contentHash([CONTENT_VERSION, began.getTime(), content]),
    meta: JSON.stringify({ ...(title === null ? {} : { title }), messages: turns.length }),
  }
}

function episodeTrace(conversation: ReadConversation, target: PlanTarget): PlannedTrace {
  const { title, turns } = conversation
  const began = turns[0]?.createdAt ?? conversation.createdAt ?? conversation.readAt
  const episode = episodeOf({ title, turns, began })
  return {
    text: null,
    write: {
      ...episode,
      id: episodeId({ ...target, conversationId: conversation.id }),
      userId: target.userId,
      kind: 'episode',
      role: null,
      language: languageOf([episode.content], target.language),
      conversationId: conversation.id,
      source: target.source,
      occurredAt: began,
      textLength: 0,
      windowLength: 0,
      salience: EPISODE_SALIENCE,
      // A conversation that has lost all its words is like no other.
      vectorState: episode.content.trim() === '' ? 'off' : 'written',
    },
  }
}
