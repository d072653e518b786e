/** Takes in every conversation of the source and follows it to its end: npm run build && node examples/backfill.ts */
import { Memoir, MemoirJobError } from '@memoir/client'

const { MEMOIR_URL: baseUrl = 'http://127.0.0.1:8080', MEMOIR_KEY: apiKey = '' } = process.env

const memoir = new Memoir({ baseUrl, apiKey })
const { conversations, cost } = await memoir.backfills.estimate()
console.log(`${conversations} conversations, ${cost ?? 'unknown'} dollars at most`)

const { job } = await memoir.backfills.start({ budget: 5 })
try {
  const { progress } = await memoir.jobs.wait(job, {
    signal: AbortSignal.timeout(600_000),
    onProgress: ({ state, progress: now }) => console.log(state, now['processed'] ?? 0),
  })
  console.log('done:', progress['created'], 'new,', progress['errors'], 'failed')
} catch (error) {
  if (!(error instanceof MemoirJobError)) throw error
  for await (const failure of memoir.backfills.allFailures(job)) console.error(failure)
  process.exitCode = 1
}
