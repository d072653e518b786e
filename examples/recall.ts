/** Asks what is remembered of a user: npm run build && node examples/recall.ts maya "What is Maya allergic to?" */
import { Memoir } from '@memoir/client'

const { MEMOIR_URL: baseUrl = 'http://127.0.0.1:8080', MEMOIR_KEY: apiKey = '' } = process.env
const [user_id = 'maya', q = 'What is Maya allergic to?'] = process.argv.slice(2)

const memoir = new Memoir({ baseUrl, apiKey })
const { hits } = await memoir.recall({ q, user_id, k: 3 })
for (const { scores, occurred_at, content } of hits) {
  console.log(scores.relevance.toFixed(2), occurred_at.slice(0, 10), content)
}
