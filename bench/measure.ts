/** Timing: medians and ratios inside one run, never numbers of one machine held against another's. */

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

/** Runs several kinds of work in turn, so that whatever the machine does meanwhile hits all alike. */
export async function alternate<Name extends string>(
  rounds: number,
  works: Readonly<Record<Name, (round: number) => Promise<unknown>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(works) as Name[]
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    number[]
  >
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) samples[name].push(await timed(async () => await works[name](round)))
  }
  return samples
}

export interface Finding {
  readonly what: string
  readonly measured: string
  readonly bar: string
  readonly holds: boolean
}

export const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} ms`
export const times = (value: number) => `${value.toFixed(2)} ×`

export function print(findings: readonly Finding[]): void {
  const width = Math.max(...findings.map(({ what }) => what.length))
  for (const { what, measured, bar, holds } of findings) {
    process.stdout.write(
      `${holds ? 'ok  ' : 'MISS'}  ${what.padEnd(width)}  ${measured}   (bar: ${bar})\n`,
    )
  }
}
