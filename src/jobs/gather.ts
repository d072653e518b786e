import { readMemoryRequest, mayShare } from '../memories/request.ts'
import type { JobRow } from '../stores/jobs/jobs.ts'

/** Holds writes back for a moment, so that those that come in a burst share one run; what comes alone hardly waits. */
export interface Gathering {
  add(row: JobRow): void
  /** Hands over at once what is held back. */
  flush(): void
}

/** A run has one request to the embedder and one heartbeat for all of them, and its arguments stay small. */
export const MOST_TOGETHER = 100
/** How long the first of a namespace waits for others when none came lately. */
const ALONE_MS = 4
/** And in a burst: enough for a run of some ten writes at a hundred a second, little against the second until one is found. */
const BURST_MS = 150
/** No write for so long, and the next one is alone again. */
const BURST_OVER_MS = 500

/** Whether the run that a job's row asks for may be one that it shares. */
export function isShareable({ kind, attempts, request }: JobRow): boolean {
  return kind === 'memory' && attempts === 1 && mayShare(readMemoryRequest(request))
}

/** @param hand gets rows of one namespace, oldest first */
export function createGathering(hand: (rows: readonly JobRow[]) => void): Gathering {
  const held = new Map<string, { readonly rows: JobRow[]; readonly timer: NodeJS.Timeout }>()
  const handedAt = new Map<string, number>()

  const handOver = (namespaceId: string) => {
    const group = held.get(namespaceId)
    if (group === undefined) return
    clearTimeout(group.timer)
    held.delete(namespaceId)
    handedAt.set(namespaceId, performance.now())
    hand(group.rows)
  }
  const waitMs = (namespaceId: string) => {
    const last = handedAt.get(namespaceId)
    return last !== undefined && performance.now() - last < BURST_OVER_MS ? BURST_MS : ALONE_MS
  }
  return {
    add(row) {
      const { namespaceId } = row
      const group = held.get(namespaceId)
      if (group === undefined) {
        const timer = setTimeout(() => handOver(namespaceId), waitMs(namespaceId))
        held.set(namespaceId, { rows: [row], timer })
        return
      }
      group.rows.push(row)
      if (group.rows.length >= MOST_TOGETHER) handOver(namespaceId)
    },
    flush() {
      for (const namespaceId of held.keys()) handOver(namespaceId)
    },
  }
}
