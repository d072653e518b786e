import type { Queryable } from '../stores/database.ts'
import { applyReport, type JobReport } from '../stores/jobs.ts'

export function createReportActivities({ db }: { readonly db: Queryable }) {
  return {
    /** Writes what a run says of itself into its job row. @returns false when the row belongs to another run by now */
    reportJob: async (report: JobReport): Promise<boolean> => await applyReport(db, report),
  }
}
