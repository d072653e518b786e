import { expect, test } from 'vitest'
import type { Parts } from '../../src/cli/parts.ts'
import { noParts, memoir } from './terminal.ts'
import { recordedParts, sampleApi } from './up-fixture.ts'

test('a model on loopback may be configured for up, which allows such addresses', async () => {
  await using api = await sampleApi()
  const { parts, seen } = recordedParts(api.url)
  const env = {
    EMBEDDING_BASE_URL: 'http://127.0.0.1:11434/v1',
    EMBEDDING_MODEL: 'nomic-embed-text',
    OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1',
    LLM_MODEL: 'qwen3:8b',
  }
  const up = await memoir(['up', '--sample', '--once'], { parts, env })
  expect(up.err).not.toContain('memoir:')
  expect(up.code).toBe(0)
  expect(seen.config).toMatchObject({ ...env, MEMOIR_ALLOW_PRIVATE_PROVIDERS: true })
  // Other commands beside it give providers nothing, and are not stopped by the same file of variables.
  const attach = async () => ({ url: api.url, adminKey: 'kept', pid: 1 })
  const recall = await memoir(['recall', 'nuts', '--user', 'maya'], {
    parts: { ...noParts, attach },
    env,
  })
  expect([recall.code, recall.err]).toEqual([0, ''])
  // Whoever forbids them by hand is believed, and processes of their own ask for the permission as before.
  const forbidden = await memoir(['up'], {
    parts,
    env: { ...env, MEMOIR_ALLOW_PRIVATE_PROVIDERS: 'false' },
  })
  expect(forbidden.err).toContain('EMBEDDING_BASE_URL')
  const worker = await memoir(['worker'], { parts, env: { ...env, DATABASE_URL: 'postgres://x' } })
  expect(worker.err).toContain('MEMOIR_ALLOW_PRIVATE_PROVIDERS=true')
})

const OLLAMA = {
  name: 'ollama',
  title: 'Ollama',
  url: 'http://127.0.0.1:11434/v1',
  models: ['qwen3:8b', 'llama3.2'],
}
const LINE =
  'Models    Ollama answers at http://127.0.0.1:11434/v1 with qwen3:8b, llama3.2; to use it: memoir models use ollama'

test('a language model on this machine is said, with the command that uses it, unless one is used', async () => {
  await using api = await sampleApi()
  for (const [provider, said] of [
    ['builtin', true],
    ['openai', false],
  ] as const) {
    const { parts } = recordedParts(api.url, { findModels: async () => [OLLAMA] })
    const createServices: Parts['createServices'] = async (...given) => {
      const services = await parts.createServices(...given)
      return {
        ...services,
        languageModel: { ...services.languageModel, identity: { provider, model: 'm' } },
      }
    }
    const { out } = await memoir(['up', '--sample', '--once'], {
      parts: { ...parts, createServices },
    })
    expect(out.includes(LINE)).toBe(said)
  }
})
