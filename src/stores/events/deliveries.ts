import type { DeliveryError } from '../../domain/webhook.ts'
import type { Queryable } from '../database.ts'
import { EVENT_ROW, IS_VISIBLE, type EventRow } from './events.ts'

/** Events on their way to webhooks: in order for each user, and users do not wait for each other. */

/** Events of the whole namespace. */
const NOBODY = '00000000-0000-0000-0000-000000000000'
/** Events that become deliveries in one statement. */
const FAN_OUT = 2_000

/** Makes deliveries of the next events that have a position. @returns whether there may be more */
export async function fanOut(db: Queryable, webhookId: string): Promise<boolean> {
  const { rows } = await db.query<{ looked: number }>(
    `with w as (
       select * from memoir.webhook where id = $1::uuid and disabled is null for no key update),
     span as materialized (
       select e.* from w cross join lateral (
         select seq, position, type, user_id from memoir.memory_event
          where namespace_id = w.namespace_id and position > w.position
          order by position limit ${FAN_OUT}) e),
     made as (
       insert into memoir.webhook_delivery (event_seq, webhook_id, position, line)
       select s.seq, w.id, s.position, coalesce(s.user_id, '${NOBODY}')
         from span s, w
        where (w.types is null or s.type = any(w.types)) and (w.user_id is null or s.user_id = w.user_id)
       on conflict do nothing
       returning position, line),
     lines as (
       insert into memoir.webhook_line as l (webhook_id, line, last_position)
       select $1::uuid, m.line, max(m.position) from made m group by m.line
       on conflict (webhook_id, line) do update
         set last_position = greatest(l.last_position, excluded.last_position),
             -- What it was parked for may be gone, with its user or by age.
             parked_at = case when exists (
               select from memoir.webhook_delivery d
                where d.webhook_id = l.webhook_id and d.line = l.line and d.state = 'pending') then l.parked_at end)
     update memoir.webhook t set position = coalesce((select max(position) from span), t.position), signalled_at = now()
       from w where t.id = w.id
     returning (select count(*) from span) as looked`,
    [webhookId],
  )
  return rows[0]?.looked === FAN_OUT
}

export interface Line {
  readonly line: string
  readonly holder: string
  /** The highest position that waited in it when it was claimed. */
  readonly lastPosition: number
}

interface Hold {
  readonly webhookId: string
  readonly holder: string
  /** How long the holder may be silent. */
  readonly holdMs: number
}

/** Takes the user that has waited longest; nobody else sends to it until `holdMs` after the last sign of life. */
export async function claimLine(
  db: Queryable,
  { webhookId, holder, holdMs }: Hold,
): Promise<Line | null> {
  const { rows } = await db.query<Line>(
    `update memoir.webhook_line l
        set holder = $2::uuid, due_at = now() + make_interval(secs => $3::double precision / 1000)
       from (select line from memoir.webhook_line
              where webhook_id = $1::uuid and parked_at is null and due_at <= now()
              order by due_at limit 1 for update skip locked) d
      where l.webhook_id = $1::uuid and l.line = d.line
     returning l.line, l.holder, l.last_position as "lastPosition"`,
    [webhookId, holder, holdMs],
  )
  return rows[0] ?? null
}

export interface WaitingEvent extends EventRow {
  readonly seq: number
  /** False once its user is being erased. */
  readonly isDeliverable: boolean
  /** Of the memory or the narrative, as it is now; null where it was not asked for or is no more. */
  readonly content: string | null
}

const CONTENT = `case
  when not w.include_content or u.erased_at is not null then null
  when e.type like 'memory.%' then (
    select t.content from memoir.memory_trace t
     where t.id = e.subject and t.user_id = e.user_id and t.state <> 'deleted')
  when e.type = 'narrative.updated' then (
    select n.narrative_content from memoir.user_narratives n where n.user_id = e.user_id) end`

/** The first that waits in a line that is held; null when none does. */
export async function firstWaiting(
  db: Queryable,
  { webhookId, line }: { readonly webhookId: string; readonly line: string },
): Promise<WaitingEvent | null> {
  const { rows } = await db.query<WaitingEvent>(
    `select e.seq, ${EVENT_ROW}, ${IS_VISIBLE} as "isDeliverable", ${CONTENT} as content
       from memoir.webhook_delivery d
       join memoir.memory_event e on e.seq = d.event_seq
       join memoir.webhook w on w.id = d.webhook_id and w.disabled is null
       left join memoir.memory_user u on u.id = e.user_id
      where d.webhook_id = $1::uuid and d.line = $2::uuid and d.state = 'pending'
      order by d.position limit 1`,
    [webhookId, line],
  )
  return rows[0] ?? null
}

interface Sent extends Hold {
  readonly line: string
  readonly seq: number
  readonly status: number | null
}

/** It arrived. @returns false when the line is no longer the holder's: then it is sent again */
export async function markDelivered(db: Queryable, sent: Sent): Promise<boolean> {
  const { rowCount } = await db.query(
    `with held as (
       update memoir.webhook_line
          set failures = 0, due_at = now() + make_interval(secs => $6::double precision / 1000)
        where webhook_id = $1::uuid and line = $2::uuid and holder = $3::uuid
       returning webhook_id)
     update memoir.webhook_delivery d
        set state = 'delivered', attempts = attempts + 1, response_status = $5, error = null, attempted_at = now(), delivered_at = now()
       from held
      where d.webhook_id = held.webhook_id and d.event_seq = $4::bigint`,
    [sent.webhookId, sent.line, sent.holder, sent.seq, sent.status, sent.holdMs],
  )
  return rowCount === 1
}

export interface Failed extends Omit<Sent, 'holdMs'> {
  readonly error: DeliveryError
  /** Milliseconds after each failure in a row; after the last the line is parked. */
  readonly schedule: readonly number[]
  /** What the endpoint asked for. */
  readonly retryAfterMs: number
}

/** It did not arrive; the line is let go. @returns whether it is parked by that */
export async function markFailed(db: Queryable, failed: Failed): Promise<boolean> {
  const { rows } = await db.query<{ parked: boolean }>(
    `with held as (
       update memoir.webhook_line l
          set failures = l.failures + 1, holder = null,
              parked_at = case when l.failures >= cardinality($7::float8[]) then now() end,
              -- Lines that failed together do not come back together.
              due_at = now() + make_interval(secs => greatest(
                coalesce(($7::float8[])[l.failures + 1], 0) * (0.9 + random() * 0.2), $8::float8) / 1000)
        where webhook_id = $1::uuid and line = $2::uuid and holder = $3::uuid
       returning webhook_id, parked_at is not null as parked)
     update memoir.webhook_delivery d
        set attempts = attempts + 1, response_status = $5, error = $6, attempted_at = now()
       from held
      where d.webhook_id = held.webhook_id and d.event_seq = $4::bigint
     returning held.parked`,
    [
      failed.webhookId,
      failed.line,
      failed.holder,
      failed.seq,
      failed.status,
      failed.error,
      failed.schedule,
      failed.retryAfterMs,
    ],
  )
  return rows[0]?.parked ?? false
}

/** It is not delivered any more. */
export async function dropDelivery(
  db: Queryable,
  { webhookId, seq }: { readonly webhookId: string; readonly seq: number },
): Promise<void> {
  await db.query(
    `delete from memoir.webhook_delivery where webhook_id = $1::uuid and event_seq = $2::bigint`,
    [webhookId, seq],
  )
}

/** Nothing waits in it any more, unless something came since it was claimed: then it is due at once. */
export async function finishLine(
  db: Queryable,
  { webhookId, line, holder, lastPosition }: Line & { readonly webhookId: string },
): Promise<void> {
  const { rowCount } = await db.query(
    `delete from memoir.webhook_line
      where webhook_id = $1::uuid and line = $2::uuid and holder = $3::uuid and last_position = $4::bigint`,
    [webhookId, line, holder, lastPosition],
  )
  if (rowCount === 0) await releaseLine(db, { webhookId, line, holder })
}

/** Somebody else may go on with it at once. */
export async function releaseLine(
  db: Queryable,
  { webhookId, line, holder }: Omit<Line, 'lastPosition'> & { readonly webhookId: string },
): Promise<void> {
  await db.query(
    `update memoir.webhook_line set holder = null, due_at = now()
      where webhook_id = $1::uuid and line = $2::uuid and holder = $3::uuid`,
    [webhookId, line, holder],
  )
}

/**
 * Milliseconds until the next line is due; null when nothing waits.
 * @param due.alone whether its run is not signalled for a while; else it is with the next event
 */
export async function nextDueMs(
  db: Queryable,
  due: { readonly webhookId: string; readonly alone: boolean },
): Promise<number | null> {
  const { rows } = await db.query<{ ms: number | null }>(
    `update memoir.webhook w set signalled_at = case when $2::boolean then now() end
      where w.id = $1::uuid
     returning (select ceil(extract(epoch from min(l.due_at) - now()) * 1000)::float8
                  from memoir.webhook_line l
                 where l.webhook_id = w.id and l.parked_at is null and w.disabled is null) as ms`,
    [due.webhookId, due.alone],
  )
  const ms = rows[0]?.ms ?? null
  return ms === null ? null : Math.max(0, ms)
}

export interface Endpoint {
  readonly id: string
  readonly namespaceId: string
  readonly url: string
  /** Sealed. */
  readonly secret: Buffer
}

/** Where to send; null when there is no such webhook any more, or nothing is sent to it. */
export async function findEndpoint(db: Queryable, id: string): Promise<Endpoint | null> {
  const { rows } = await db.query<Endpoint>(
    `select id, namespace_id as "namespaceId", url, secret from memoir.webhook where id = $1::uuid and disabled is null`,
    [id],
  )
  return rows[0] ?? null
}

export interface DueWebhook {
  readonly id: string
  readonly namespaceId: string
}

/** Longer than a start takes, shorter than anybody would notice. */
const TELL_AGAIN = '5 seconds'

/** Webhooks with something to send whose runs do not know it yet; each is handed out once in a while. */
export async function takeDueWebhooks(db: Queryable, limit: number): Promise<DueWebhook[]> {
  const { rows } = await db.query<DueWebhook>(
    `update memoir.webhook t set signalled_at = now()
       from (select w.id from memoir.webhook w
              where w.disabled is null and (w.signalled_at is null or w.signalled_at < now() - interval '${TELL_AGAIN}')
                and (exists (select from memoir.memory_event e where e.namespace_id = w.namespace_id and e.position is null)
                  or exists (select from memoir.memory_event e where e.namespace_id = w.namespace_id and e.position > w.position)
                  or exists (select from memoir.webhook_line l
                              where l.webhook_id = w.id and l.parked_at is null and l.due_at <= now()))
              order by w.signalled_at nulls first
              limit $1
              for no key update skip locked) d
      where t.id = d.id
     returning t.id, t.namespace_id as "namespaceId"`,
    [limit],
  )
  return rows
}
