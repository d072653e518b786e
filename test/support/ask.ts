import type { createApp } from '../../src/api/app.ts'
import { answerOf, requestOf, type Answer, type Send } from '../api/api-fixture.ts'

export type Ask = (path: string, send?: Send) => Promise<Answer>

/** Asks the HTTP side in this process. */
export function answeredBy(app: ReturnType<typeof createApp>): Ask {
  return async (path, send = {}) => await answerOf(await app.request(path, requestOf(send)))
}
