/** Token buckets in this process: each fills at a steady rate and holds a limited number of requests. */

export interface Taken {
  readonly allowed: boolean
  /** Whole requests that may follow at once. */
  readonly remaining: number
  /** Milliseconds until the bucket is full; when it was not allowed, until the next one is. */
  readonly waitMs: number
}

/** With fewer there is nothing to clean up; a bucket is some hundred bytes. */
const MANY_BUCKETS = 10_000
const SECOND_MS = 1_000

/** How fast a bucket fills, and how much it holds. */
export interface Rate {
  readonly perSecond: number
  readonly capacity: number
}

interface Bucket extends Rate {
  readonly level: number
  readonly at: number
}

const levelAt = (now: number, { level, at, perSecond, capacity }: Bucket) =>
  Math.min(capacity, level + ((now - at) * perSecond) / SECOND_MS)

/** Buckets by name. @param now milliseconds, monotonic */
export function createTokenBuckets(now: () => number) {
  const buckets = new Map<string, Bucket>()
  const dropFull = (at: number) => {
    for (const [name, one] of buckets) if (levelAt(at, one) >= one.capacity) buckets.delete(name)
  }
  return {
    take(bucket: string, rate: Rate): Taken {
      const at = now()
      const kept = buckets.get(bucket)
      if (kept === undefined && buckets.size >= MANY_BUCKETS) dropFull(at)
      const before = kept === undefined ? rate.capacity : levelAt(at, kept)
      const allowed = before >= 1
      const level = allowed ? before - 1 : before
      buckets.set(bucket, { ...rate, level, at })
      return taken(allowed, level, rate)
    },
  }
}

/** What taking one from a bucket came to. */
export function taken(allowed: boolean, level: number, { perSecond, capacity }: Rate): Taken {
  const missing = allowed ? capacity - level : 1 - level
  return {
    allowed,
    remaining: Math.floor(level),
    waitMs: Math.ceil((missing * SECOND_MS) / perSecond),
  }
}
