import { parseArgs } from 'node:util'
import { audit } from './audit/audit.ts'
import { countExpected, nothingExpected } from './expected.ts'
import { runFaults } from './faults.ts'
import { runLoad } from './load.ts'
import { chanceOf } from './random.ts'
import { settle } from './settle.ts'
import { openWorld, type World } from './world.ts'

/** `npm run chaos -- --minutes N --seed S`: load against faults, then an audit. Exit code 1 when it finds anything. */

const MINUTE_MS = 60_000
const say = (line: string) => void process.stdout.write(`${line}\n`)

async function run({ minutes, seed }: { minutes: number; seed: number }): Promise<boolean> {
  say(`chaos for ${minutes} min with seed ${seed}`)
  await using world = await openWorld()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop(world))
  }
  const [chance, expected, forMs] = [chanceOf(seed), nothingExpected(), minutes * MINUTE_MS]
  const { api, direct } = world
  const [faults] = await Promise.all([
    runFaults(world, { chance: chance.fork('faults'), forMs, report: say }),
    runLoad({ api, postgres: direct.postgres, chance: chance.fork('load'), forMs }, expected),
  ])
  say(`${faults} faults; promised: ${JSON.stringify(countExpected(expected))}`)
  const began = performance.now()
  const settled = await settle(world, expected)
  say(`${settled ? 'settled' : 'not settled'} after ${Math.round(performance.now() - began)} ms`)
  const findings = await audit(direct, expected)
  for (const { check, detail } of findings) say(`  ${check}: ${detail}`)
  say(`${findings.length} findings with seed ${seed}`)
  return findings.length === 0
}

async function stop(world: World): Promise<void> {
  await world[Symbol.asyncDispose]()
  process.exit(130)
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
})
const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
if (!(minutes > 0) || !Number.isInteger(seed)) {
  say('usage: npm run chaos -- --minutes N --seed S')
  process.exit(2)
}
process.exit((await run({ minutes, seed })) ? 0 : 1)
