/** Task queues: live work and the workflows themselves on the configured one, the others beside it. Free of imports: bundled too. */

/** Live calls to model vendors. */
export const MODELS_SUFFIX = '-models'
/** Pages of a backfill: few at a time, so that live work finds the vendor and Postgres free. */
export const BULK_SUFFIX = '-bulk'
/** Deliveries to webhooks: an endpoint that hangs keeps nobody else waiting. */
export const WEBHOOKS_SUFFIX = '-webhooks'
