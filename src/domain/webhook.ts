/** Deliveries of events over HTTP. Pure types; safe inside workflows. */

/**
 * `pending` waits for its turn, `retrying` has failed and is tried again, `parked` is not sent until it is replayed: it failed as often as
 * the schedule allows, or waits behind one of the same user that did. `skipped` was given up by a replay from a later cursor.
 */
export const DELIVERY_STATES = ['pending', 'retrying', 'delivered', 'parked', 'skipped'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** Why a try failed. */
export const DELIVERY_ERRORS = [
  'status',
  'gone',
  'redirect',
  'timeout',
  'unreachable',
  'address_refused',
] as const
export type DeliveryError = (typeof DELIVERY_ERRORS)[number]

/** What the run of a webhook carries. */
export interface WebhookStart {
  readonly webhookId: string
  readonly heartbeatSeconds: number
}
