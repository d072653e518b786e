import { faultOf } from './fault.ts'

/** What a check of `memoir doctor` found. */
export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'warn' | 'fail'
  readonly detail: string
  readonly next?: string
}

export type Found = Omit<Finding, 'name'>

/** A check that throws has failed for the reason it threw. */
export async function finding(name: string, check: () => Promise<Found>): Promise<Finding> {
  try {
    return { name, ...(await check()) }
  } catch (error) {
    return failed(name, error)
  }
}

/** The finding that an error amounts to. */
export function failed(name: string, error: unknown): Finding {
  const { message, next } = faultOf(error)
  return { name, state: 'fail', detail: message, ...(next === undefined ? {} : { next }) }
}
