import type { Turn } from '../../domain/transcript.ts'
import { isMachine, roleOf } from '../../domain/roles.ts'

/** Who speaks, and whether what they say is to be remembered. */

export interface Speaker {
  /** "Caroline"; null for a user whose name is not given. */
  readonly name: string | null
  /** An assistant tells of the world, and repeats what it was told: neither is a memory of the user's. */
  readonly remembered: boolean
}

/** Longer names are sentences that a parser took for names. */
const NAME_CHARS = 60

/** A turn's speaker as the conversation around it shows. */
export function createSpeakers(turns: readonly Turn[]): (turn: Turn) => Speaker {
  const machine = createMachineTest(turns)
  return (turn) => ({ name: nameOf(turn), remembered: !machine(turn) })
}

/** In a chat of two named people one may well be posted under the role `assistant`; beside a "user" a name is an assistant's. */
function createMachineTest(turns: readonly Turn[]): (turn: Turn) => boolean {
  const isMachines = ({ role }: Turn) => isMachine(role)
  const allNamed = turns.filter((turn) => !isMachines(turn)).every(({ name }) => isPerson(name))
  return (turn) => isMachines(turn) && !(allNamed && isPerson(turn.name))
}

const isPerson = (name: string | null) =>
  name !== null && /^\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+)*$/u.test(name) && !MACHINE_NAME.test(name)

const MACHINE_NAME =
  /assistant|\b(?:user|human|ai|bot|gpt|claude|gemini|copilot|model|system|tool)\b/iu

function nameOf({ role, name }: Turn): string | null {
  const given = name?.replaceAll(/\s+/gu, ' ').trim() ?? ''
  if (given !== '' && given.length <= NAME_CHARS) return given
  const word = role.trim().toLowerCase()
  if (roleOf(word) === 'user' || word === '') return null
  return (word[0]?.toUpperCase() ?? '') + word.slice(1, NAME_CHARS)
}
