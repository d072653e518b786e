import type { JobKind } from '../domain/job.ts'
import type { Metrics } from '../metrics.ts'
import type { Queryable } from '../stores/database.ts'
import { applyReport, type JobReport, type ReportEffect } from '../stores/jobs/jobs.ts'

export interface ReportDependencies {
  readonly db: Queryable
  readonly metrics: Metrics
}

export function createReportActivities({ db, metrics }: ReportDependencies) {
  return {
    /** Writes what a run says of itself into its job row. @returns false when the row belongs to another run by now */
    async reportJob(report: JobReport): Promise<boolean> {
      const effect = await applyReport(db, report)
      if (effect === null) return false
      observe(metrics, report, effect)
      return true
    },
  }
}

function observe(metrics: Metrics, { state }: JobReport, effect: ReportEffect): void {
  if (state === 'running') observeBegun(metrics, effect)
  const { kind, ageSeconds: seconds } = effect
  if (state === 'succeeded') observeFinished(metrics, { kind, seconds })
}

/** A retry waited for a person: that says nothing of how fast accepted work is begun. */
export function observeBegun(metrics: Metrics, effect: ReportEffect): void {
  const { kind, from, attempts, ageSeconds } = effect
  if (from === 'queued' && attempts === 1) metrics.acceptedToRunning.observe({ kind }, ageSeconds)
}

export function observeFinished(
  metrics: Metrics,
  { kind, seconds }: { readonly kind: JobKind; readonly seconds: number },
): void {
  metrics.acceptedToSearchable.observe({ kind }, seconds)
}
