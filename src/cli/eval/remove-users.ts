import { MemoirError } from '../../errors.ts'
import type { ApiClient } from '../client.ts'
import { line, type Io } from '../io.ts'

/** Removes what was loaded, as far as this Memoir can, and says what stays. */
export async function removeUsers(
  client: ApiClient,
  { users, namespace, io }: { users: readonly string[]; namespace: string; io: Io },
): Promise<void> {
  try {
    for (const user of users) await client.eraseUser(user)
    line(io.stderr, `The namespace ${namespace} stays, empty.`)
  } catch (error) {
    if (!(error instanceof MemoirError)) throw error
    line(
      io.stderr,
      `The conversations and memories stay in the namespace ${namespace}: ${error.message}`,
    )
  }
}
