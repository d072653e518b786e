import type { BackfillProgress } from '../../src/domain/job.ts'

/** A backfill that has done nothing yet. */
export const NO_PROGRESS: BackfillProgress = {
  processed: 0,
  created: 0,
  updated: 0,
  skipped: 0,
  errors: 0,
  total_fetched: 0,
  total: 0,
  rate: 0,
  eta_seconds: null,
  tokens: 0,
  cost: null,
}
