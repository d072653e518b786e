import { writeFileSync } from 'node:fs'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import type { TemporalClient } from '../../src/temporal/client.ts'

/** Saves one run as the replayer reads it, without what tells where it was recorded. */
export async function recordHistory(
  temporal: TemporalClient,
  run: { readonly workflowId: string; readonly runId?: string },
  name: string,
): Promise<void> {
  const handle = temporal.client.workflow.getHandle(run.workflowId, run.runId)
  const json: unknown = JSON.parse(historyToJSON(await handle.fetchHistory()))
  const file = new URL(`../replay/histories/${name}.json`, import.meta.url)
  writeFileSync(file, `${JSON.stringify(json, withoutPlace, 1)}\n`)
}

function withoutPlace(key: string, value: unknown): unknown {
  if (key === 'identity') return 'recorded'
  if (key === 'stackTrace') return ''
  // A sticky queue is named after the process and its machine.
  if (typeof value === 'string' && /^\d+@/.test(value)) return 'recorded'
  return value
}
