import { benchAcceptSessions } from './accept-sessions.ts'
import { benchAccept } from './accept.ts'
import { benchBackfill } from './backfill.ts'
import { benchDashboard } from './dashboard.ts'
import { benchEmbedding } from './embedding.ts'
import { startServers, type BenchServers } from './environment.ts'
import { benchExtraction } from './extraction.ts'
import { benchGraph } from './graph.ts'
import { benchLive } from './live.ts'
import { benchLongTranscript } from './long-transcript.ts'
import { print, type Finding } from './measure.ts'
import { benchMemory } from './memory.ts'
import { benchNarrative } from './narrative.ts'
import { benchRecall } from './recall.ts'
import { benchSessions } from './sessions.ts'
import { benchStores } from './stores.ts'

/**
 * `npm run bench [name …]`: all of them, or those named. `npm run bench extraction -- PATH`: what the built-in model makes of
 * conversations that are not the project's. Exits 1 when a bar is missed.
 */
const BENCHES = {
  accept: benchAccept,
  'accept-sessions': benchAcceptSessions,
  backfill: benchBackfill,
  recall: async (servers) => await benchRecall(servers, [100, 1_000, 10_000, 100_000]),
  stores: benchStores,
  live: benchLive,
  sessions: benchSessions,
  'long-transcript': benchLongTranscript,
  graph: benchGraph,
  memory: benchMemory,
  narrative: benchNarrative,
  dashboard: benchDashboard,
  embedding: benchEmbedding,
} satisfies Record<string, (servers: BenchServers) => Promise<Finding[]>>

function refuse(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}

async function* benchServers(wanted: readonly string[]): AsyncGenerator<Finding[]> {
  const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name))
  if (unknown.length > 0) {
    const names = [...Object.keys(BENCHES), 'extraction'].join(', ')
    refuse(`no such bench: ${unknown.join(', ')}; there are ${names}`)
  }
  await using servers = await startServers()
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length === 0 || wanted.includes(name)) yield await bench(servers)
  }
}

/** It needs none of the servers. */
async function* benchAlone(bench: () => Promise<Finding[]>): AsyncGenerator<Finding[]> {
  yield await bench()
}

async function* benchPath(path: string | undefined): AsyncGenerator<Finding[]> {
  if (path === undefined) refuse('extraction needs a LoCoMo conversation, or a folder of them')
  yield await benchExtraction(path)
}

const [name, ...rest] = process.argv.slice(2)
function benches(): AsyncGenerator<Finding[]> {
  if (name === 'extraction') return benchPath(rest[0])
  if (name === 'embedding' && rest.length === 0) return benchAlone(benchEmbedding)
  return benchServers(process.argv.slice(2))
}
const findings: Finding[] = []
for await (const found of benches()) {
  print(found)
  findings.push(...found)
}
process.exitCode = findings.every(({ holds }) => holds) ? 0 : 1
