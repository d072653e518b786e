import { AsyncLocalStorage } from 'node:async_hooks'

/** For which namespace a vendor is asked, however deep the call: those who wait for the same vendor take turns by it. */

const current = new AsyncLocalStorage<string>()

export function onBehalfOf<T>(namespaceId: string, work: () => T): T {
  return current.run(namespaceId, work)
}

/** Empty where nobody said: they are one party, too. */
export const partyAsking = (): string => current.getStore() ?? ''
