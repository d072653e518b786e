import type { EventType } from '../../domain/event.ts'
import type { Page } from '../../domain/job.ts'
import type { DeliveryError, DeliveryState } from '../../domain/webhook.ts'
import type { Queryable } from '../database.ts'
import { eventCursor, positionOf } from './events.ts'

/** Deliveries as the owner of a webhook sees them, the latest event first. */

export interface Delivery {
  readonly eventId: string
  readonly type: EventType
  readonly userName: string | null
  readonly state: DeliveryState
  readonly attempts: number
  readonly responseStatus: number | null
  readonly error: DeliveryError | null
  readonly createdAt: Date
  readonly attemptedAt: Date | null
  readonly nextAttemptAt: Date | null
  readonly deliveredAt: Date | null
  readonly position: number
}

export interface DeliveryQuery {
  readonly webhookId: string
  readonly state?: DeliveryState
  readonly limit: number
  readonly cursor?: string
}

/** Of a delivery `d`, its line `l` and its webhook `w`. */
const STATE = `case
  when d.state <> 'pending' then d.state
  when w.disabled is not null or l.parked_at is not null then 'parked'
  when d.attempts > 0 then 'retrying'
  else 'pending' end`

export async function listDeliveries(db: Queryable, query: DeliveryQuery): Promise<Page<Delivery>> {
  const { webhookId, state = null, limit, cursor } = query
  const before = cursor === undefined ? null : positionOf(cursor)
  const { rows } = await db.query<Delivery>(
    `select e.id as "eventId", e.type, nullif(u.external_id, 'erased:' || u.id) as "userName", ${STATE} as state, d.attempts,
            d.response_status as "responseStatus", d.error, e.created_at as "createdAt", d.attempted_at as "attemptedAt",
            case when ${STATE} = 'retrying' then l.due_at end as "nextAttemptAt", d.delivered_at as "deliveredAt", d.position
       from memoir.webhook_delivery d
       join memoir.webhook w on w.id = d.webhook_id
       join memoir.memory_event e on e.seq = d.event_seq
       left join memoir.memory_user u on u.id = e.user_id
       left join memoir.webhook_line l on l.webhook_id = d.webhook_id and l.line = d.line
      where d.webhook_id = $1::uuid and ($2::bigint is null or d.position < $2::bigint)
        and ($3::text is null or ${STATE} = $3)
        and (u.erased_at is null or e.type = 'user.erased')
      order by d.position desc
      limit $4`,
    [webhookId, before, state, limit + 1],
  )
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const more = rows.length > limit && last !== undefined
  return { items, next_cursor: more ? eventCursor(last.position) : null }
}
