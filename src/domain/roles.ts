/** The one table of the words that applications have for who speaks. */

const WORDS = {
  user: 'user human humanmessage usermessage enduser prompter customer',
  assistant:
    'assistant ai bot chatbot model chatgpt gpt llm aimessage aimessagechunk assistantmessage modelmessage',
  system: 'system developer systemmessage',
  tool: 'tool function toolmessage functionmessage ipython',
} as const

export type KnownRole = keyof typeof WORDS

export const KNOWN_ROLES = Object.keys(WORDS) as readonly KnownRole[]

const ROLE_OF: ReadonlyMap<string, KnownRole> = new Map(
  KNOWN_ROLES.flatMap((role) => WORDS[role].split(' ').map((word) => [word, role] as const)),
)

/** Case, blanks around it and signs inside decide nothing: `End-User` is `enduser`. */
const plain = (word: string) =>
  word
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]/g, '')

/** @returns undefined for a word that is no usual one for a role */
export const knownRole = (word: string): KnownRole | undefined => ROLE_OF.get(plain(word))

/** The role as a record has it: the usual words are one each, any other is kept. */
export const roleOf = (word: string): string => knownRole(word) ?? word.trim().toLowerCase()

/** Programs speak under these; whatever else is there is a person. */
export const isMachine = (role: string | null): boolean =>
  role !== null && (knownRole(role) ?? 'user') !== 'user'
