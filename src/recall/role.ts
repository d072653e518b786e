import { isMachine } from '../domain/roles.ts'
import type { Fused } from './fuse.ts'

/**
 * Who said it, as what: an assistant's messages are long, on the subject of everything, and seldom what is asked for. They count less
 * unless the question asks what the assistant said. On ten chats of BEAM with their assistants (100 K) 0.5 to 0.7 found most.
 */
const MACHINE_SHARE = 0.6
/** What people said, where an assistant is asked for; not much less, since "What did I tell you?" sounds alike. */
const PEOPLE_SHARE = 0.8

/** What machines said counts less, or as much, than what people did. Orders anew. */
export function weighRoles(
  fused: readonly Fused[],
  { asked }: { readonly asked: boolean },
): readonly Fused[] {
  if (!fused.some(({ details }) => isMachine(details?.role ?? null))) return fused
  const less = asked ? PEOPLE_SHARE : MACHINE_SHARE
  return fused
    .map((one) =>
      isMachine(one.details?.role ?? null) === asked ? one : { ...one, score: one.score * less },
    )
    .toSorted((a, b) => b.score - a.score || b.seq - a.seq)
}
