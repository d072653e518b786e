import { heartbeat } from '@temporalio/activity'
import type { EraseStep, EraseSteps } from '../forget/erase-steps.ts'
import { beating } from './beating.ts'

/** Steps of an erasure. Each may be repeated. */
export function createEraseActivities({ erase }: { readonly erase: EraseSteps }) {
  return {
    eraseRows: async (step: EraseStep): Promise<void> =>
      await beating(async () => await erase.rows(step)),

    eraseGraph: async (step: EraseStep): Promise<void> =>
      await beating(async () => await erase.graph(step)),

    eraseFocus: async (step: EraseStep): Promise<void> => await erase.focus(step),

    eraseRuns: async (step: EraseStep): Promise<void> =>
      await beating(async () => await erase.runs(step, () => heartbeat())),

    finishErasure: async (step: EraseStep): Promise<void> =>
      await beating(async () => await erase.finish(step)),
  }
}
