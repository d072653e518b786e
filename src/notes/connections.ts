import { DEFAULT_KINDS } from '../domain/recall.ts'
import { openGate, passing } from '../forget/gate.ts'
import type { ForgetSecret } from '../forget/remembered.ts'
import { traitsOf } from '../recall/space-traits.ts'
import { findConnections, type ConnectionRow } from '../stores/memories/connections.ts'
import type { Queryable } from '../stores/database.ts'
import { findOwner, type MemoryReach } from '../stores/memories/memory-list.ts'
import { findActiveSpace, type Space } from '../stores/spaces/spaces.ts'

/** A memory that one may want to link to another, and why. */
export interface Connection {
  readonly id: string
  readonly content: string
  readonly why: string
  /** 0..1 */
  readonly weight: number
}

/** Below, two memories of a person have no more in common than any two. */
const WORTH_SAYING = 0.2
/** Names that are told. */
const TOLD_NAMES = 3

/**
 * Suggests what a memory has to do with others: links that are there, things that both name, and what means something similar. Empty
 * for one outside the reach.
 */
export async function suggestConnections(
  db: Queryable,
  {
    limit,
    secret,
    ...reach
  }: MemoryReach & { readonly limit: number; readonly secret: ForgetSecret },
): Promise<Connection[]> {
  const userId = await findOwner(db, reach)
  if (userId === null) return []
  const space = await findActiveSpace(db)
  const rows = await findConnections(db, {
    userId,
    traceId: reach.id,
    ...(reach.scopes === undefined ? {} : { scopes: reach.scopes }),
    kinds: DEFAULT_KINDS,
    space,
    // What is alike in one way may be strongest in another.
    limit: limit * 2,
  })
  const gate = await openGate(db, { namespaceId: reach.namespaceId, userId, secret })
  return passing(gate, rows)
    .map((row) => connectionOf(row, space))
    .filter(({ weight }) => weight >= WORTH_SAYING)
    .toSorted((one, other) => other.weight - one.weight || (one.id < other.id ? -1 : 1))
    .slice(0, limit)
}

function connectionOf(row: ConnectionRow, space: Space | null): Connection {
  const parts = [
    { weight: row.linkWeight ?? 0, why: `linked: ${row.links.join(', ')}` },
    { weight: row.nameWeight ?? 0, why: `both name ${row.names.slice(0, TOLD_NAMES).join(', ')}` },
    { weight: likeness(row.cosine, space), why: 'says something similar' },
  ].filter(({ weight }) => weight > 0)
  const strongest = parts.toSorted((one, other) => other.weight - one.weight)
  // Several reasons are better than one of them, and never more than certain.
  const weight = 1 - parts.reduce((left, part) => left * (1 - Math.min(1, part.weight)), 1)
  return {
    id: row.id,
    content: row.content,
    why: strongest.map(({ why }) => why).join('; '),
    weight: Math.round(weight * 1000) / 1000,
  }
}

/** What a cosine means in its space, as recall reads it. */
function likeness(cosine: number | null, space: Space | null): number {
  if (cosine === null || space === null) return 0
  const { floor, ceiling } = traitsOf(space).calibration
  return Math.min(1, Math.max(0, (cosine - floor) / (ceiling - floor)))
}
