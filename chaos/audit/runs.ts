import { Connection } from '@temporalio/client'
import type { Client } from 'pg'
import { findingsOf, type Finding } from './finding.ts'

/** Runs that Temporal still has open though the job that they belong to has ended. */
export async function auditOpenRuns(postgres: Client, address: string): Promise<Finding[]> {
  const connection = await Connection.connect({ address })
  try {
    const page = await connection.workflowService.listWorkflowExecutions({
      namespace: 'default',
      query: 'ExecutionStatus = "Running"',
    })
    const ids = page.executions.map(({ execution }) => execution?.workflowId ?? '')
    const { rows } = await postgres.query<{ id: string }>(
      `select distinct workflow_id as id from memoir.job j where workflow_id = any($1::text[])
          and not exists (select from memoir.job o where o.workflow_id = j.workflow_id and o.finished_at is null)`,
      [ids],
    )
    return findingsOf(
      'a run goes on though its job has ended',
      rows.map(({ id }) => id),
    )
  } finally {
    await connection.close()
  }
}
