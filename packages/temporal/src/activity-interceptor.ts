import { AsyncLocalStorage } from 'node:async_hooks'
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker'
import { subjectOf, type Subject } from './subject.ts'

const current = new AsyncLocalStorage<Subject | undefined>()

/** Whose memories the activity that runs now is to work with, as its headers say. */
export const currentSubject = (): Subject | undefined => current.getStore()

export const activityInterceptor: ActivityInboundCallsInterceptor = {
  execute: async (input, next) =>
    await current.run(subjectOf(input.headers), async () => await next(input)),
}
