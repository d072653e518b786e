import type { EventType } from '../../domain/event.ts'
import type { Page } from '../../domain/job.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import type { Queryable } from '../database.ts'

/** Webhooks: the endpoints that events are delivered to. */

export interface WebhookKey {
  readonly namespaceId: string
  readonly id: string
  /** Only if it is bound to this user. */
  readonly userId?: string
}

export interface NewWebhook {
  readonly id: string
  readonly namespaceId: string
  readonly userId: string | null
  readonly url: string
  readonly types: readonly EventType[] | null
  readonly includeContent: boolean
  readonly description: string | null
  /** Sealed. */
  readonly secret: Buffer
}

export interface Webhook {
  readonly id: string
  readonly url: string
  readonly types: readonly EventType[] | null
  /** The caller's own id. */
  readonly userName: string | null
  readonly includeContent: boolean
  readonly description: string | null
  readonly disabled: 'gone' | null
  readonly createdAt: Date
  /** Deliveries that wait, and those of them that are parked. */
  readonly waiting: number
  readonly parked: number
}

const WEBHOOK = `w.id, w.url, w.types, u.external_id as "userName", w.include_content as "includeContent", w.description, w.disabled,
  w.created_at as "createdAt", c.waiting, c.parked`
const FROM_WEBHOOK = `memoir.webhook w left join memoir.memory_user u on u.id = w.user_id
  cross join lateral (
    select count(*) as waiting, count(*) filter (where w.disabled is not null or l.parked_at is not null) as parked
      from memoir.webhook_delivery d left join memoir.webhook_line l on l.webhook_id = d.webhook_id and l.line = d.line
     where d.webhook_id = w.id and d.state = 'pending') c`

/** So many of a namespace: each is looked at with every event. */
export const MAX_WEBHOOKS = 50

/**
 * A webhook of what happens from now on. What has no position yet counts as before: it gets the next ones.
 * @returns false when the namespace has as many as it may
 */
export async function insertWebhook(tx: Queryable, webhook: NewWebhook): Promise<boolean> {
  const { namespaceId } = webhook
  await tx.query(
    `insert into memoir.memory_event_head (namespace_id) values ($1::uuid) on conflict do nothing`,
    [namespaceId],
  )
  // Nobody gives positions, and nobody adds another webhook, until the end of the transaction.
  await tx.query(
    `select from memoir.memory_event_head where namespace_id = $1::uuid for no key update`,
    [namespaceId],
  )
  const { rowCount } = await tx.query(
    `insert into memoir.webhook (id, namespace_id, user_id, url, types, include_content, description, secret, position)
     select $1::uuid, $2::uuid, $3::uuid, $4, $5::text[], $6, $7, $8, h.position + (
              select count(*) from memoir.memory_event where namespace_id = $2::uuid and position is null)
       from memoir.memory_event_head h
      where h.namespace_id = $2::uuid
        and (select count(*) from memoir.webhook where namespace_id = $2::uuid) < ${MAX_WEBHOOKS}`,
    [
      webhook.id,
      namespaceId,
      webhook.userId,
      webhook.url,
      webhook.types,
      webhook.includeContent,
      webhook.description,
      webhook.secret,
    ],
  )
  return rowCount === 1
}

export async function findWebhook(db: Queryable, key: WebhookKey): Promise<Webhook | null> {
  const { rows } = await db.query<Webhook>(
    `select ${WEBHOOK} from ${FROM_WEBHOOK}
      where w.id = $1::uuid and w.namespace_id = $2::uuid and ($3::uuid is null or w.user_id = $3::uuid)`,
    [key.id, key.namespaceId, key.userId ?? null],
  )
  return rows[0] ?? null
}

export interface WebhookQuery {
  readonly namespaceId: string
  readonly userId?: string
  readonly limit: number
  readonly cursor?: string
}

/** Newest first. */
export async function listWebhooks(db: Queryable, query: WebhookQuery): Promise<Page<Webhook>> {
  const { namespaceId, userId = null, limit, cursor } = query
  const [at = null, id = null] = cursor === undefined ? [] : decodeCursor(cursor, 2)
  const { rows } = await db.query<Webhook & { at: string }>(
    `select ${WEBHOOK}, w.created_at::text as at from ${FROM_WEBHOOK}
      where w.namespace_id = $1::uuid and ($2::uuid is null or w.user_id = $2::uuid)
        and ($3::timestamptz is null or (w.created_at, w.id) < ($3::timestamptz, $4::uuid))
      order by w.created_at desc, w.id desc
      limit $5`,
    [namespaceId, userId, at, id, limit + 1],
  )
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const more = rows.length > limit && last !== undefined
  return { items, next_cursor: more ? encodeCursor([last.at, last.id]) : null }
}

/** With all its deliveries. @returns false when there is none */
export async function deleteWebhook(tx: Queryable, key: WebhookKey): Promise<boolean> {
  const { rowCount } = await tx.query(
    `delete from memoir.webhook
      where id = $1::uuid and namespace_id = $2::uuid and ($3::uuid is null or user_id = $3::uuid)`,
    [key.id, key.namespaceId, key.userId ?? null],
  )
  return rowCount === 1
}

/** The endpoint says that it is gone: nothing is sent until it is replayed. */
export async function disableWebhook(db: Queryable, id: string): Promise<void> {
  await db.query(`update memoir.webhook set disabled = 'gone' where id = $1::uuid`, [id])
}

/**
 * What is parked is tried again, in order; what somebody has in hand is left to end first.
 * @returns false when there is no such webhook
 */
export async function unparkWebhook(tx: Queryable, key: WebhookKey): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update memoir.webhook set disabled = null, signalled_at = null
      where id = $1::uuid and namespace_id = $2::uuid and ($3::uuid is null or user_id = $3::uuid)`,
    [key.id, key.namespaceId, key.userId ?? null],
  )
  if (rowCount !== 1) return false
  await tx.query(
    `update memoir.webhook_line
        set parked_at = null, failures = 0, due_at = case when holder is null then now() else due_at end, holder = null
      where webhook_id = $1::uuid`,
    [key.id],
  )
  return true
}

/**
 * Everything after a position becomes deliveries again, whatever came of it; what is parked at or before it is given up. Asks for
 * `unparkWebhook` afterwards.
 */
export async function rewindWebhook(
  tx: Queryable,
  { id, after }: { readonly id: string; readonly after: number },
): Promise<void> {
  // Its row is locked first, as by whoever makes deliveries.
  await tx.query(
    `update memoir.webhook set position = least(greatest($2::bigint, 0), (
        select h.position from memoir.memory_event_head h where h.namespace_id = webhook.namespace_id))
      where id = $1::uuid`,
    [id, after],
  )
  await tx.query(
    `update memoir.webhook_delivery d set state = 'skipped'
       from memoir.webhook w, memoir.webhook_line l
      where w.id = $1::uuid and d.webhook_id = w.id and d.state = 'pending' and d.position <= $2::bigint
        and l.webhook_id = d.webhook_id and l.line = d.line and (l.parked_at is not null or w.disabled is not null)`,
    [id, after],
  )
  await tx.query(
    `delete from memoir.webhook_delivery where webhook_id = $1::uuid and position > $2::bigint`,
    [id, after],
  )
}
