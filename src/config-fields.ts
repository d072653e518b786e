import { z } from 'zod'
import { KNOWN_ROLES, type KnownRole } from './domain/roles.ts'

/** What values of the configuration are that are more than text and numbers. */

/** Whether this runtime, and so Postgres too, knows the zone by that name. */
function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
export const timeZone = z
  .string()
  .trim()
  .min(1)
  .refine(isTimeZone, 'must be a time zone such as Europe/Berlin')
  .default('UTC')
/** What the source's words for who speaks mean, beside the usual ones: `ai=assistant,client=user`. */
export const roleMap = z
  .string()
  .default('')
  .transform((value, context): ReadonlyMap<string, KnownRole> => {
    const roles = new Map<string, KnownRole>()
    for (const pair of value.split(',').filter((part) => part.trim() !== '')) {
      const at = pair.lastIndexOf('=')
      const [word, role] = [pair.slice(0, at), pair.slice(at + 1)].map((part) =>
        part.trim().toLowerCase(),
      )
      const known = KNOWN_ROLES.find((one) => one === role)
      if (at < 1 || !word || known === undefined) {
        const message = `must be like word=role,word=role with ${KNOWN_ROLES.join(', ')} as roles`
        context.addIssue({ code: 'custom', message })
        return z.NEVER
      }
      roles.set(word, known)
    }
    return roles
  })

/** Seconds, by commas. */
export const seconds = (fallback: string) =>
  z
    .string()
    .regex(/^\s*\d{1,6}(\s*,\s*\d{1,6}){0,49}\s*$/, 'must be whole seconds, with commas between')
    .default(fallback)
    .transform((value): readonly number[] => value.split(',').map(Number))
