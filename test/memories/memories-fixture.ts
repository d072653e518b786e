import { createApp } from '../../src/api/app.ts'
import { ADMIN_KEY, answerOf, requestOf, type Answer, type Send } from '../api/api-fixture.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'

/** All of Memoir with its HTTP side, in this process. */
export interface MemoriesFixture extends AsyncDisposable {
  readonly memoir: TestMemoir
  readonly db: TestMemoir['db']
  send(path: string, options?: Send): Promise<Answer>
  /** The same store with another configuration. */
  restart(env: Readonly<Record<string, string>>): Promise<void>
  /** Stores one memory and waits until it is done. @returns its id */
  remember(content: string, more?: Readonly<Record<string, unknown>>): Promise<string>
}

export async function createMemoriesFixture(
  env: Readonly<Record<string, string>> = {},
): Promise<MemoriesFixture> {
  const memoir = await createTestMemoir({ MEMOIR_ADMIN_KEY: ADMIN_KEY, ...env })
  const send = async (path: string, sent?: Send) =>
    await answerOf(await createApp(memoir.services).request(path, requestOf(sent)))
  return {
    memoir,
    db: memoir.db,
    send,
    restart: async (other) => await memoir.restart({ MEMOIR_ADMIN_KEY: ADMIN_KEY, ...other }),
    async remember(content, more = {}) {
      const { json } = await send('/v1/memories', {
        body: { user_id: 'maya', content, ...more },
        headers: { prefer: 'wait=30' },
      })
      return json.id
    },
    async [Symbol.asyncDispose]() {
      await memoir[Symbol.asyncDispose]()
    },
  }
}
