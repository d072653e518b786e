import { z } from 'zod'

/** Servers of language models on this machine, found by what they answer at the ports they use unless told otherwise. */

export interface ModelServer {
  /** As commands name it. */
  readonly name: string
  readonly title: string
  /** Of its OpenAI-compatible API. */
  readonly url: string
  /** Models that write; those that only embed are left out. */
  readonly models: readonly string[]
}

export interface KnownServer {
  readonly name: string
  readonly title: string
  readonly port: number
}

export const KNOWN_SERVERS: readonly KnownServer[] = [
  { name: 'ollama', title: 'Ollama', port: 11_434 },
  { name: 'lmstudio', title: 'LM Studio', port: 1234 },
  { name: 'llamacpp', title: 'llama.cpp', port: 8080 },
  { name: 'vllm', title: 'vLLM', port: 8000 },
]

/** On loopback an answer takes a few milliseconds; a server that is busy is found the next time. */
const WITHIN_MS = 500
const ONLY_EMBEDS = /embed|minilm|(^|\W)(bge|e5|gte)\b/i

const answerSchema = z.object({ data: z.array(z.object({ id: z.string().min(1) })) })

/**
 * Asks all of them at once which models they have. Nothing else is sent, and nothing is set.
 * @param skip ports of Memoir's own
 */
export async function findModelServers(
  skip: ReadonlySet<number> = new Set(),
  known: readonly KnownServer[] = KNOWN_SERVERS,
): Promise<ModelServer[]> {
  const asked = known.filter(({ port }) => !skip.has(port)).map(async (one) => await ask(one))
  return (await Promise.all(asked)).filter((found) => found !== undefined)
}

async function ask({ name, title, port }: KnownServer): Promise<ModelServer | undefined> {
  const url = `http://127.0.0.1:${port}/v1`
  try {
    const response = await fetch(`${url}/models`, {
      redirect: 'error',
      signal: AbortSignal.timeout(WITHIN_MS),
    })
    if (!response.ok) return undefined
    const { data } = answerSchema.parse(await response.json())
    const models = data.map(({ id }) => id).filter((id) => !ONLY_EMBEDS.test(id))
    return models.length === 0 ? undefined : { name, title, url, models }
  } catch {
    // Nobody there, or somebody else.
    return undefined
  }
}
