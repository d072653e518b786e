import { randomUUID } from 'node:crypto'
import type { Config } from '../config.ts'
import { MemoirError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import type { Database } from '../stores/database.ts'
import {
  claimLine,
  dropDelivery,
  fanOut,
  findEndpoint,
  finishLine,
  firstWaiting,
  markDelivered,
  markFailed,
  nextDueMs,
  releaseLine,
  type Endpoint,
  type Line,
  type WaitingEvent,
} from '../stores/events/deliveries.ts'
import { presentEvent } from '../stores/events/events.ts'
import { givePositions } from '../stores/events/positions.ts'
import { disableWebhook } from '../stores/events/webhooks.ts'
import { createSender, type Sender } from './send.ts'
import { openSecret } from './signature.ts'

/**
 * Deliveries of a webhook. Events of one user are sent in order, each after the one before it has arrived; users do not wait for each
 * other. Progress is stored in Postgres, so after a crash at most the delivery in flight is sent again.
 */
export interface WebhookSteps {
  /**
   * Sends what is due, for a while.
   * @returns how long until there is more to do; null when nothing waits
   */
  round(webhookId: string, signal: AbortSignal): Promise<{ readonly waitMs: number | null }>
}

export interface DeliverDependencies {
  readonly config: Config
  readonly db: Database
  readonly metrics: Metrics
  readonly log: Logger
}

/** Users of one webhook that are sent to at once. */
const AT_ONCE = 8
/** After so long a step ends and the next begins: what a run holds in its history stays small beside what it sends. */
const ROUND_MS = 60_000
/** After so many failures in a row, of any users, the endpoint is left alone for a while. */
const BREAKER_FAILURES = AT_ONCE
const BREAKER_MS = 5_000
/** How much longer than one try a line is held: its row has to be written too. */
const HOLD_SPARE_MS = 10_000
/** Until a secret that cannot be read is tried again. */
const UNREADABLE_MS = 60_000

interface Round extends DeliverDependencies {
  readonly send: Sender
  readonly endpoint: Endpoint
  readonly secret: string
  readonly signal: AbortSignal
  readonly holdMs: number
  readonly until: number
  failuresInARow: number
  /** Nothing more is begun. */
  over: boolean
}

export function createWebhookSteps(dependencies: DeliverDependencies): WebhookSteps {
  const { config, db, log } = dependencies
  const timeoutMs = config.WEBHOOK_TIMEOUT_SECONDS * 1000
  const send = createSender({ allowPrivate: config.MEMOIR_ALLOW_PRIVATE_PROVIDERS, timeoutMs })
  return {
    async round(webhookId, signal) {
      const endpoint = await findEndpoint(db, webhookId)
      if (endpoint === null) return { waitMs: null }
      const secret = await openSecret(config, endpoint.secret, webhookId).catch(
        (error: unknown) => {
          if (!(error instanceof MemoirError)) throw error
          log.warn({ error, webhook_id: webhookId }, 'a webhook waits: its secret cannot be read')
          return null
        },
      )
      if (secret === null) return { waitMs: UNREADABLE_MS }
      const round: Round = {
        ...dependencies,
        send,
        endpoint,
        secret,
        signal,
        holdMs: timeoutMs + HOLD_SPARE_MS,
        until: Date.now() + ROUND_MS,
        failuresInARow: 0,
        over: false,
      }
      await work(round)
      const waitMs = await nextDueMs(db, { webhookId, alone: isBroken(round) })
      if (waitMs === null || !isBroken(round)) return { waitMs }
      return { waitMs: Math.max(waitMs, breakMs(config)) }
    },
  }
}

const isBroken = ({ failuresInARow }: Round) => failuresInARow >= BREAKER_FAILURES
const isOver = (round: Round) =>
  round.over || isBroken(round) || round.signal.aborted || Date.now() >= round.until

/** An endpoint whose schedule is shorter is left alone for less. */
const breakMs = ({ WEBHOOK_RETRY_SECONDS: [first = 0] }: Config) =>
  Math.min(BREAKER_MS, first * 1000)

async function work(round: Round): Promise<void> {
  const { db, endpoint } = round
  for (let more = true; more && !isOver(round);) {
    const unnumbered = await givePositions(db, endpoint.namespaceId)
    const behind = await fanOut(db, endpoint.id)
    const sent = await Promise.allSettled(
      Array.from({ length: AT_ONCE }, async () => await lines(round)),
    )
    for (const one of sent) if (one.status === 'rejected') throw one.reason
    // What came meanwhile is looked for once more before the round says that nothing waits.
    more = unnumbered || behind || sent.some((one) => one.status === 'fulfilled' && one.value > 0)
  }
  round.signal.throwIfAborted()
}

/** One user after the other. @returns how many */
async function lines(round: Round): Promise<number> {
  const { db, endpoint, holdMs } = round
  for (let count = 0; ; count += 1) {
    if (isOver(round)) return count
    const hold = { webhookId: endpoint.id, holder: randomUUID(), holdMs }
    const line = await claimLine(db, hold)
    if (line === null) return count
    await sendLine(round, line).catch((error: unknown) => {
      round.over = true
      throw error
    })
  }
}

/** What waits of one user, until nothing does, a try fails or the round is over. */
async function sendLine(round: Round, line: Line): Promise<void> {
  const { db, endpoint } = round
  const held = { ...line, webhookId: endpoint.id }
  let arrived = true
  while (arrived && !isOver(round)) {
    const event = await firstWaiting(db, held)
    if (event === null) return await finishLine(db, held)
    if (event.isDeliverable) arrived = await tryOnce(round, held, event)
    else await dropDelivery(db, { webhookId: endpoint.id, seq: event.seq })
  }
  if (arrived) await releaseLine(db, held)
}

type Held = Line & { readonly webhookId: string }

/** @returns whether it arrived and the line is still held */
async function tryOnce(round: Round, held: Held, event: WaitingEvent): Promise<boolean> {
  const { db, config, endpoint, secret, signal, holdMs, metrics } = round
  const { url } = endpoint
  const body = bodyOf(event)
  const outcome = await round
    .send({ url, secret, id: event.id, body, signal })
    .catch(async (error: unknown) => {
      await releaseLine(db, held)
      throw error
    })
  const tried = { ...held, seq: event.seq, status: outcome.status }
  if (outcome.ok) {
    round.failuresInARow = 0
    metrics.webhookDeliveries.inc({ outcome: 'delivered' })
    metrics.webhookSeconds.observe((Date.now() - event.createdAt.getTime()) / 1000)
    return await markDelivered(db, { ...tried, holdMs })
  }
  round.failuresInARow += 1
  const { error, retryAfterMs } = outcome
  if (error === 'gone') {
    round.over = true
    await disableWebhook(db, endpoint.id)
  }
  const schedule = config.WEBHOOK_RETRY_SECONDS.map((seconds) => seconds * 1000)
  const parked = await markFailed(db, { ...tried, error, retryAfterMs, schedule })
  metrics.webhookDeliveries.inc({ outcome: parked ? 'parked' : 'failed' })
  return false
}

/** As `GET /v1/events` shows it; with content where that was asked for and is still there. */
function bodyOf(row: WaitingEvent): string {
  const event = presentEvent(row)
  if (row.content === null) return JSON.stringify(event)
  return JSON.stringify({ ...event, data: { ...event.data, content: row.content } })
}
