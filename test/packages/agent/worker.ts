import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { activityInfo, heartbeat, sleep } from '@temporalio/activity'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { MemoirPlugin } from '../../../packages/temporal/src/index.ts'
import { Memoir } from '../../../src/client/index.ts'

/** An application's own worker, as a process that a test kills: worker.ts TEMPORAL TASK_QUEUE MEMOIR KEY HELD_FILE */

const [address = '', taskQueue = '', baseUrl = '', apiKey = '', heldFile = ''] =
  process.argv.slice(2)

const activities = {
  /** Its first try writes the file and never ends. */
  async answer(known: readonly string[]): Promise<string> {
    if (!existsSync(heldFile)) {
      writeFileSync(heldFile, '')
      for (;;) {
        heartbeat()
        await sleep(200)
      }
    }
    return `${known.length} known, try ${activityInfo().attempt}`
  },
}
export type AgentActivities = typeof activities

if (import.meta.main) {
  // Killed connections and refused calls are what these tests are about.
  Runtime.install({ logger: new DefaultLogger('ERROR') })
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue,
    workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
    activities,
    plugins: [new MemoirPlugin({ memoir: new Memoir({ baseUrl, apiKey, retries: 0 }) })],
  })
  process.stdout.write('ready\n')
  await worker.run()
}
