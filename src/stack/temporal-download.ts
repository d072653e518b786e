import { TestWorkflowEnvironment } from '@temporalio/testing'

/**
 * A process of its own that leaves the Temporal CLI, as the SDK fetches it, in the given folder. In the process of `up` it would
 * create the SDK's one native runtime before the worker can configure it.
 */
const [, , downloadDir] = process.argv
if (downloadDir === undefined) throw new Error('usage: temporal-download FOLDER')

const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', downloadDir } },
})
await environment.teardown()
