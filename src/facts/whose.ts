import { PARTICIPANT, type Turn } from '../domain/transcript.ts'
import type { Evidence } from '../providers/language-model.ts'
import { clauseWords } from '../text/clauses.ts'

/** Of whom a fact may be, by who said it: what other people say of themselves is never the user's. */

/** The words by which models call the user, in the languages that they write. */
const THE_USER =
  /(?<![\p{L}\p{M}])(?:the )?users?(?![\p{L}\p{M}])|(?<!\p{L})(?:be)?nutzer(?:in|s)?(?!\p{L})|(?<!\p{L})(?:el|la) usuari[oa](?!\p{L})|utilisat(?:eur|rice)|(?<!\p{L})(?:o|a) usuári[oa](?!\p{L})|(?<!\p{L})utente(?!\p{L})|gebruiker|пользовател|المستخدم|用户|用戶|ユーザー|사용자/iu

/**
 * Who says a fact where it is not the user: the name of another speaker. Null where the user says it, or nobody knows who the user is.
 * Undefined where the fact is refused: it says of the user, or of somebody else, what a speaker says of themselves.
 */
export function speakerOf(
  { content, evidence }: { readonly content: string; readonly evidence: readonly Evidence[] },
  turns: readonly Turn[],
): string | null | undefined {
  const said = turns.filter((turn) => evidence.some(({ position }) => position === turn.position))
  if (said.every(({ role }) => role === PARTICIPANT)) {
    const named = said.flatMap(({ name }) => name ?? []).find((name) => isNamed(content, name))
    return THE_USER.test(content) ? undefined : named
  }
  const names = new Set(turns.flatMap(({ name }) => name ?? []))
  const isOneOfSeveral = names.size > 1 && said.every(({ name }) => name !== null)
  return isOneOfSeveral && THE_USER.test(content) ? undefined : null
}

/** Whether a text has one of the words of a name. */
function isNamed(content: string, name: string): boolean {
  const words = new Set(clauseWords(content))
  return clauseWords(name).some((word) => words.has(word))
}
