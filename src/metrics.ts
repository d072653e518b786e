import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/** Every series Memoir itself exports. Labels hold routes, kinds and codes only, never ids or text. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'memoir_' })
  const registers = [registry]
  return {
    registry,
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
    jobStarts: new Counter({
      name: 'memoir_job_starts_total',
      help: 'Starts handed to Temporal, by outcome.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    oldestPending: new Gauge({
      name: 'memoir_job_oldest_pending_seconds',
      help: 'Age of the oldest accepted job that has not started.',
      registers,
    }),
    vendorRequests: new Counter({
      name: 'memoir_vendor_requests_total',
      help: 'Requests to model vendors, by purpose and outcome code.',
      labelNames: ['purpose', 'outcome'] as const,
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
