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
  const { kind, from, attempts, ageSeconds } = effect
  // A retry waited for a person: that says nothing of how fast accepted work is begun.
  if (state === 'running' && from === 'queued' && attempts === 1) {
    metrics.acceptedToRunning.observe({ kind }, ageSeconds)
  }
  if (state === 'succeeded') metrics.acceptedToSearchable.observe({ kind }, ageSeconds)
}
