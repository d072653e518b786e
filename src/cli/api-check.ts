import { z } from 'zod'
import type { Finding } from './finding.ts'

/** A server that is up answers its own health long before that. */
const HEALTH_TIMEOUT_MS = 10_000

const readyAnswer = z.looseObject({
  parts: z.record(z.string(), z.looseObject({ ok: z.boolean(), detail: z.string().optional() })),
})

/** What a Memoir that runs says of its parts; needs no key. */
export async function checkApi(url: string): Promise<Finding[]> {
  const target = `${url.replace(/\/$/, '')}/health/ready`
  const answer = await fetch(target, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) }).catch(
    () => null,
  )
  if (answer === null) {
    const next = 'Check the address, or start Memoir with: memoir up'
    return [{ name: 'api', state: 'fail', detail: `nothing answers at ${url}`, next }]
  }
  const parsed = readyAnswer.safeParse(await answer.json().catch(() => null))
  if (!parsed.success) {
    const next = 'Check that the address is that of Memoir itself.'
    return [{ name: 'api', state: 'fail', detail: `${url} is not a Memoir`, next }]
  }
  return [
    { name: 'api', state: 'ok', detail: url },
    ...Object.entries(parsed.data.parts).map(
      ([name, { ok, detail = ok ? 'answers' : 'does not answer' }]): Finding =>
        ok
          ? { name, state: 'ok', detail }
          : { name, state: 'fail', detail, next: 'See the log of the server, or its /metrics.' },
    ),
  ]
}
