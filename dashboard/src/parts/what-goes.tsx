import type { Tombstone } from '../../../src/client/index.ts'
import { sentenceOf } from './basics.tsx'
import { plural } from './words.ts'

interface WhatGoesProps {
  /** Undefined while it is being counted. */
  readonly tombstone: Tombstone | undefined
  readonly error: unknown
}

/** What forgetting for good would take along. */
export function WhatGoes({ tombstone, error }: WhatGoesProps) {
  if (error !== null) return <p className="note bad">{sentenceOf(error)}</p>
  if (tombstone === undefined) return <p className="muted">Counting what would go…</p>
  const { traces, vectors, edges, nodes } = tombstone.tombstone.counts
  if (traces === 0) return <p className="muted">Nothing matches: nothing would go.</p>
  return (
    <p className="note">
      {plural(traces, 'memory', 'memories')} would go, with {plural(vectors, 'vector')},{' '}
      {plural(edges, 'link')} and {plural(nodes, 'name')} that nothing else mentions. They do not
      come back, whatever is taken in again.
    </p>
  )
}
