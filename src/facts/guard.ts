import { MemoirError } from '../errors.ts'
import type { Resolved } from './resolve.ts'

/** How much of what is known one new fact, and one session, may replace. Beyond it somebody has to look. */
const MAX_A_FACT = 3
const MIN_A_SESSION = 5
const SHARE_A_SESSION = 0.05

/**
 * @param before what the session has replaced already
 * @throws MemoirError `guard`
 */
export function checkGuard(
  resolved: readonly Resolved[],
  { facts, before }: { facts: number; before: number },
): void {
  const replacing = resolved.filter(
    ({ relation }) => relation === 'refines' || relation === 'contradicts',
  )
  const replaced = new Set(replacing.flatMap(({ targets }) => targets.map(({ id }) => id)))
  const allowed = Math.max(MIN_A_SESSION, Math.floor(facts * SHARE_A_SESSION))
  const most = Math.max(0, ...replacing.map(({ targets }) => targets.length))
  if (most <= MAX_A_FACT && before + replaced.size <= allowed) return
  throw new MemoirError('guard', 'more known facts would be replaced than one session may', {
    details: { replaced: before + replaced.size, allowed, most_by_one_fact: most },
  })
}
