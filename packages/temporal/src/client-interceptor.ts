import { AsyncLocalStorage } from 'node:async_hooks'
import type { WorkflowClientInterceptor } from '@temporalio/client'
import { withSubject, type Subject } from './subject.ts'

const current = new AsyncLocalStorage<Subject>()

/** Starts workflows for this user and session: what `start` starts has them in its headers. */
export async function forSubject<Result>(
  subject: Subject,
  start: () => Promise<Result>,
): Promise<Result> {
  return await current.run(subject, start)
}

const marked = <Input extends { readonly headers: Parameters<typeof withSubject>[0] }>(
  input: Input,
): Input => ({ ...input, headers: withSubject(input.headers, current.getStore()) })

export const clientInterceptor: WorkflowClientInterceptor = {
  startWithDetails: async (input, next) => await next(marked(input)),
  signalWithStart: async (input, next) => await next(marked(input)),
  startUpdateWithStart: async (input, next) => {
    const { workflowStartHeaders } = input
    return await next({
      ...input,
      workflowStartHeaders: withSubject(workflowStartHeaders, current.getStore()),
    })
  },
}
