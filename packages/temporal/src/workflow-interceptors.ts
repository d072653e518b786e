import type { WorkflowInterceptorsFactory } from '@temporalio/workflow'
import type { Headers } from '@temporalio/common'
import { subjectOf, withSubject, type Subject } from './subject.ts'

/** Hands user and session of a workflow on to its activities, its children and the run that it continues as. */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let subject: Subject | undefined
  const marked = <Input extends { readonly headers: Headers }>(input: Input): Input => ({
    ...input,
    headers: withSubject(input.headers, subject),
  })
  return {
    inbound: [
      {
        execute: async (input, next) => {
          subject = subjectOf(input.headers)
          return await next(input)
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: async (input, next) => await next(marked(input)),
        scheduleLocalActivity: async (input, next) => await next(marked(input)),
        startChildWorkflowExecution: async (input, next) => await next(marked(input)),
        continueAsNew: async (input, next) => await next(marked(input)),
      },
    ],
  }
}
