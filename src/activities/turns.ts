import type { ActivityInterceptorsFactory } from '@temporalio/worker'
import { onBehalfOf } from '../providers/on-behalf.ts'

/** What a step asks of a vendor takes turns with the other namespaces: a run's fairness key is its namespace. */
export const inTurns: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    execute: async (input, next) =>
      await onBehalfOf(info.priority?.fairnessKey ?? '', async () => await next(input)),
  },
})
