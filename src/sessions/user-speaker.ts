import { PARTICIPANT, type Turn } from '../domain/transcript.ts'
import { isMachine } from '../domain/roles.ts'

/** Which of several speakers is the user: that one speaks for themselves, and what the others say is theirs alone. */

/** Spellings that name the same: case, blanks, and the sign for a number without a name. */
const plain = (name: string) =>
  name.normalize('NFKC').replace(/^~\s*/u, '').replaceAll(/\s+/gu, ' ').trim().toLowerCase()

/** @param userName as the transcript names the user; one that nobody in it has changes nothing */
export function withUser(turns: readonly Turn[], userName: string | undefined): Turn[] {
  if (userName === undefined || !turns.some((turn) => isCalled(turn, userName))) return [...turns]
  return turns.map((turn) => asSaidBy(turn, userName))
}

type Speaking = Pick<Turn, 'role' | 'name'>

const isCalled = ({ name }: Speaking, userName: string) =>
  name !== null && plain(name) !== '' && plain(name) === plain(userName)

/** A turn of a conversation in which the user is called that. */
export function asSaidBy<T extends Speaking>(turn: T, userName: string): T {
  if (isCalled(turn, userName)) return { ...turn, role: 'user', name: null }
  const isOther = turn.name !== null && !isMachine(turn.role)
  return isOther ? { ...turn, role: PARTICIPANT } : turn
}

/** `user_name` or `speaker` of a post's metadata. */
export function userNameIn(metadata: Readonly<Record<string, unknown>>): string | undefined {
  return [metadata['user_name'], metadata['speaker']].find(
    (name): name is string => typeof name === 'string' && name.trim() !== '',
  )
}
