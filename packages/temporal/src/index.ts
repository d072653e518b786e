import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Memoir } from '@memoir/client'
import { SimplePlugin } from '@temporalio/plugin'
import { createActivities } from './activities.ts'
import { activityInterceptor } from './activity-interceptor.ts'
import { clientInterceptor } from './client-interceptor.ts'

export interface MemoirPluginOptions {
  /** Needed by workers; what only starts workflows goes without. */
  readonly memoir?: Memoir
}

/** Named, not imported: it runs where the workflows run. TypeScript when this is run from source, JavaScript when built. */
const WORKFLOW_INTERCEPTORS = fileURLToPath(
  new URL(`./workflow-interceptors${extname(import.meta.url)}`, import.meta.url),
)

/** Adds Memoir to workers, clients and bundles of workflows: `plugins: [new MemoirPlugin({ memoir })]`. */
export class MemoirPlugin extends SimplePlugin {
  constructor({ memoir }: MemoirPluginOptions = {}) {
    super({
      name: 'memoir',
      clientInterceptors: { workflow: [clientInterceptor] },
      workerInterceptors: {
        activity: [() => ({ inbound: activityInterceptor })],
        workflowModules: [WORKFLOW_INTERCEPTORS],
      },
      ...(memoir === undefined ? {} : { activities: { ...createActivities(memoir) } }),
    })
  }
}

export { forSubject } from './client-interceptor.ts'
export type { MemoirActivities } from './activities.ts'
export type { Subject } from './subject.ts'
