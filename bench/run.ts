import { benchAccept } from './accept.ts'
import { benchBackfill } from './backfill.ts'
import { startServers } from './environment.ts'
import { benchLive } from './live.ts'
import { print, type Finding } from './measure.ts'
import { benchMemory } from './memory.ts'
import { benchRecall } from './recall.ts'

/** `npm run bench [name …]`: all of them, or those named. Exits 1 when a bar is missed. */
const BENCHES = {
  accept: benchAccept,
  backfill: benchBackfill,
  recall: async (servers) => await benchRecall(servers, [100, 1_000, 10_000, 100_000]),
  live: benchLive,
  memory: benchMemory,
} satisfies Record<
  string,
  (servers: Awaited<ReturnType<typeof startServers>>) => Promise<Finding[]>
>

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name))
if (unknown.length > 0) {
  process.stderr.write(
    `no such bench: ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}\n`,
  )
  process.exit(2)
}

const findings: Finding[] = []
await using servers = await startServers()
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const found = await bench(servers)
  print(found)
  findings.push(...found)
}
process.exitCode = findings.every(({ holds }) => holds) ? 0 : 1
