import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/** From what is begun at once to what waited for a server to come back. */
const WAITS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800]
/** From one memory to a source of millions. */
const WORKS = [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 3600, 14_400, 86_400]

/** Every series Memoir itself exports. Labels hold routes, kinds and codes only, never ids or text. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'memoir_' })
  const registers = [registry]
  return {
    registry,
    ...requestMetrics(registers),
    ...jobMetrics(registers),
    ...vendorMetrics(registers),
    ...webhookMetrics(registers),
    pool: new Gauge({
      name: 'memoir_pool_connections',
      help: 'Connections to Postgres that are open, open and idle, and waited for.',
      labelNames: ['state'] as const,
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>

function requestMetrics(registers: Registry[]) {
  return {
    requests: new Histogram({
      name: 'memoir_http_request_seconds',
      help: 'Time to answer a request, by route and status.',
      labelNames: ['route', 'method', 'status'] as const,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    recallStages: new Histogram({
      name: 'memoir_recall_stage_seconds',
      help: 'Time of each stage of recall.',
      labelNames: ['stage'] as const,
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
      registers,
    }),
  }
}

function jobMetrics(registers: Registry[]) {
  return {
    jobStarts: new Counter({
      name: 'memoir_job_starts_total',
      help: 'Starts handed to Temporal, by outcome.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    jobs: new Gauge({
      name: 'memoir_jobs',
      help: 'Jobs there are, by kind and state.',
      labelNames: ['kind', 'state'] as const,
      registers,
    }),
    oldestPending: new Gauge({
      name: 'memoir_job_oldest_pending_seconds',
      help: 'Age of the oldest accepted job that has not started.',
      registers,
    }),
    acceptedToRunning: new Histogram({
      name: 'memoir_job_accepted_to_running_seconds',
      help: 'Time from accepting a job to the first report of its run.',
      labelNames: ['kind'] as const,
      buckets: WAITS,
      registers,
    }),
    acceptedToSearchable: new Histogram({
      name: 'memoir_job_accepted_to_searchable_seconds',
      help: 'Time from accepting a job to its success, when recall finds all it wrote.',
      labelNames: ['kind'] as const,
      buckets: WORKS,
      registers,
    }),
  }
}

function vendorMetrics(registers: Registry[]) {
  return {
    vendorRequests: new Counter({
      name: 'memoir_vendor_requests_total',
      help: 'Requests to model vendors, by purpose and outcome code.',
      labelNames: ['purpose', 'outcome'] as const,
      registers,
    }),
    vendorSeconds: new Histogram({
      name: 'memoir_vendor_request_seconds',
      help: 'Time of requests to model vendors, whatever came of them, by purpose.',
      labelNames: ['purpose'] as const,
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
    vendorWorkarounds: new Counter({
      name: 'memoir_vendor_workarounds_total',
      help: 'What model vendors did otherwise than asked and was put up with, such as JSON that had to be repaired, by purpose.',
      labelNames: ['purpose', 'what'] as const,
      registers,
    }),
    vendorTokens: new Counter({
      name: 'memoir_vendor_tokens_total',
      help: 'Tokens that model vendors answered for: as they count them, estimated where they do not say.',
      labelNames: ['purpose'] as const,
      registers,
    }),
  }
}

function webhookMetrics(registers: Registry[]) {
  return {
    webhookDeliveries: new Counter({
      name: 'memoir_webhook_deliveries_total',
      help: 'Tries of deliveries to webhooks, by outcome: delivered, failed (tried again) or parked.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    webhookSeconds: new Histogram({
      name: 'memoir_webhook_delivery_seconds',
      help: 'Time from an event to its delivery to a webhook.',
      buckets: WAITS,
      registers,
    }),
  }
}
