/** Why something of a file is not imported: counted by reason, so that nobody believes that all of it came. */

export const REASONS = {
  no_text: 'without text',
  no_role: 'that nobody said',
  other_branch: 'of other branches',
  system: 'of the system',
  hidden: 'hidden',
  tool: 'of tools',
  reasoning: 'of reasoning',
  attachment: 'attached files',
  ended: 'no longer true',
  deleted: 'deleted',
  repeated: 'repeated',
  known: 'known already or derived',
} as const
export type Reason = keyof typeof REASONS

const isReason = (name: string): name is Reason => name in REASONS
export const REASON_NAMES = Object.keys(REASONS).filter(isReason)

export type LeftOut = Partial<Record<Reason, number>>

/** Adds to counts. */
export function addLeftOut(to: LeftOut, from: Readonly<LeftOut>): void {
  for (const reason of reasonsIn(from)) to[reason] = (to[reason] ?? 0) + (from[reason] ?? 0)
}

export const countLeftOut = (counts: Readonly<LeftOut>): number =>
  reasonsIn(counts).reduce((sum, reason) => sum + (counts[reason] ?? 0), 0)

const reasonsIn = (counts: Readonly<LeftOut>) =>
  REASON_NAMES.filter((reason) => (counts[reason] ?? 0) > 0)

/** `2 of other branches, 1 without text` */
export const leftOutSentence = (counts: Readonly<LeftOut>): string =>
  reasonsIn(counts)
    .map((reason) => `${counts[reason]} ${REASONS[reason]}`)
    .join(', ')
