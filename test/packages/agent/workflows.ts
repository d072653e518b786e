import { continueAsNew, executeChild, proxyActivities } from '@temporalio/workflow'
import { recall, remember } from '../../../packages/temporal/src/workflow.ts'
import type { AgentActivities } from './worker.ts'

/** An application's own workflows, with memory. */

const { answer } = proxyActivities<AgentActivities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '2 seconds',
})

const recalled = async (q: string) => (await recall({ q })).hits.map(({ content }) => content)

export async function agent(question: string): Promise<{ known: string[]; reply: string }> {
  const known = await recalled(question)
  const reply = await answer(known)
  await remember({ content: `The answer was: ${reply}` })
  return { known, reply }
}

/** Asks in a child, and once more in the run that it continues as. */
export async function relay(question: string, runs = 0): Promise<string[]> {
  if (runs === 0) await continueAsNew<typeof relay>(question, 1)
  return [...(await recalled(question)), ...(await executeChild(lookUp, { args: [question] }))]
}

export async function lookUp(question: string): Promise<string[]> {
  return await recalled(question)
}

export async function refused(): Promise<void> {
  await recall({ q: 'x', k: -1 })
}
