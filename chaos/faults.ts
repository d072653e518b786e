import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from './random.ts'
import type { Target, Victim, World } from './world.ts'

/** Faults in an order that the seed decides, every kind of every part before one comes again; up to two at once. */

const KINDS = ['kill', 'freeze', 'black hole'] as const
type Kind = (typeof KINDS)[number]

/** How long one lasts, and the pause after it. */
const LASTS_MS = [500, 8_000] as const
const PAUSE_MS = [500, 4_000] as const
const AT_ONCE = 2

export interface FaultOptions {
  readonly chance: Chance
  readonly forMs: number
  readonly report: (line: string) => void
}

/** @returns how many there were; everything is whole again */
export async function runFaults(
  { victims }: World,
  { chance, forMs, report }: FaultOptions,
): Promise<number> {
  const began = Date.now()
  const busy = new Set<Target>()
  let deck: { target: Target; kind: Kind }[] = []
  let faults = 0
  const next = () => {
    if (deck.length === 0) {
      const targets = Object.keys(victims) as Target[]
      deck = chance.shuffle(targets.flatMap((target) => KINDS.map((kind) => ({ target, kind }))))
    }
    const index = deck.findIndex(({ target }) => !busy.has(target))
    return index === -1 ? undefined : deck.splice(index, 1)[0]
  }
  const lane = async () => {
    while (Date.now() - began < forMs) {
      const fault = next()
      if (fault !== undefined) {
        const lastsMs = chance.whole(...LASTS_MS)
        busy.add(fault.target)
        const at = Math.round((Date.now() - began) / 1_000)
        report(`${at} s: ${fault.kind} of ${fault.target} for ${lastsMs} ms`)
        await suffer(victims[fault.target], fault.kind, lastsMs)
        busy.delete(fault.target)
        faults += 1
      }
      await sleep(chance.whole(...PAUSE_MS))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return faults
}

async function suffer(victim: Victim, kind: Kind, lastsMs: number): Promise<void> {
  if (kind === 'kill') {
    await victim.kill()
    await sleep(lastsMs)
    await victim.restart()
  } else if (kind === 'freeze') {
    victim.freeze()
    await sleep(lastsMs)
    victim.thaw()
  } else {
    victim.cut()
    await sleep(lastsMs)
    victim.mend()
  }
}
