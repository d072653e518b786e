import type { Turn } from '../domain/transcript.ts'
import type { DayTrace } from '../stores/consolidation/consolidation-days.ts'

/** A memory as a model is shown it: quoted data, under its place in the list. */
export function turnOf(
  { role, name, content, occurredAt, kind }: DayTrace,
  position: number,
): Turn {
  const at = occurredAt.toISOString()
  return {
    position,
    role: kind === 'message' ? (role ?? 'user') : (role ?? kind),
    name,
    content,
    at,
  }
}
