import { fileURLToPath } from 'node:url'
import { NativeConnection, Worker, bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'
import type { TemporalClient } from '../../src/temporal/client.ts'

/** A worker of another version: one that lacks the workflow, or has other code under its name. */
export async function startForeignWorker(
  temporal: TemporalClient,
  workflows: 'other' | 'altered',
): Promise<{ shutdown(): Promise<void> }> {
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(`foreign-workflows/${workflows}.ts`, import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  })
  const connection = await NativeConnection.connect(temporal.connectionOptions)
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue: temporal.taskQueue,
    workflowBundle,
  })
  const running = worker.run()
  return {
    async shutdown() {
      worker.shutdown()
      await running
      await connection.close()
    },
  }
}
