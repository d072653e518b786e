/** How many may hold something open at once: of one key, and in this process. */
export interface Places {
  /** @returns what gives the place back; null when there is none */
  take(actor: string): (() => void) | null
}

export interface PlaceLimits {
  readonly perKey: number
  readonly perProcess: number
}

/** More than a dashboard on every desk. An open stream costs some kilobytes. */
export const STREAMS: PlaceLimits = { perKey: 500, perProcess: 2_000 }
/** Requests that wait for a job to end. */
export const WAITS: PlaceLimits = { perKey: 500, perProcess: 2_000 }

export function createPlaces({ perKey, perProcess }: PlaceLimits): Places {
  const held = new Map<string, number>()
  let all = 0
  return {
    take(actor) {
      const own = held.get(actor) ?? 0
      if (own >= perKey || all >= perProcess) return null
      held.set(actor, own + 1)
      all += 1
      let given = true
      return () => {
        if (!given) return
        given = false
        all -= 1
        const left = (held.get(actor) ?? 1) - 1
        if (left === 0) held.delete(actor)
        else held.set(actor, left)
      }
    },
  }
}
