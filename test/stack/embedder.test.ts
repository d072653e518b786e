import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { beginEmbedder } from '../../src/stack/embedder.ts'
import type { ProvidedModel } from '../../src/stack/embedding-model.ts'
import { writeTinyModel } from '../support/tiny-model.ts'
import { machine } from './stack-process.ts'

/** What `up` makes of what could be had. */
async function partOf(
  provided: ProvidedModel | Promise<ProvidedModel>,
  env: Readonly<Record<string, string>> = {},
  waitMs?: number,
) {
  await using closers = new AsyncDisposableStack()
  let asked = 0
  const provide = async ({ signal }: { signal: AbortSignal }) => {
    asked += 1
    if (!(provided instanceof Promise)) return provided
    // Closing ends it.
    return await new Promise<ProvidedModel>((resolve) => {
      signal.addEventListener('abort', () => resolve({ why: 'ended' }))
    })
  }
  const ground = { config: loadConfig(env), machine, say: () => undefined, closers }
  const part = await beginEmbedder(ground, {
    provide,
    ...(waitMs === undefined ? {} : { waitMs }),
  })()
  return { ...part, asked }
}

test('a model that is there is used', async () => {
  const folder = writeTinyModel()
  expect(await partOf({ folder, how: 'found' })).toMatchObject({
    part: { how: 'found', detail: `all-MiniLM-L6-v2, ${folder}` },
    env: { EMBEDDING_MODEL: `local:${folder}` },
  })
})

test('what somebody set is not looked for', async () => {
  const settings = [
    [{ EMBEDDING_MODEL: 'some-model', OPENAI_API_KEY: 'key' }, 'some-model'],
    [{ EMBEDDING_MODEL: 'hashing' }, 'hashing, 768 dimensions'],
    [{ EMBEDDING_DIM: '64' }, 'hashing, 64 dimensions'],
  ] as const
  for (const [env, detail] of settings) {
    expect(await partOf({ why: 'unasked' }, env)).toEqual({
      part: { how: 'configured', detail },
      env: {},
      asked: 0,
    })
  }
})

test('without one there is the built-in embedder, and the line says why and what it costs', async () => {
  const { part, env } = await partOf({ why: 'hub.example answers 404' })
  expect(env).toEqual({})
  expect(part).toEqual({
    how: 'in-process',
    detail:
      'hashing, which knows words but not what they mean: all-MiniLM-L6-v2 could not be had: hub.example answers 404. The next start tries again.',
  })
})

test('a model that does not load is said and not used', async () => {
  const folder = writeTinyModel()
  rmSync(join(folder, 'tokenizer.json'))
  const { part, env } = await partOf({ folder, how: 'found' })
  expect(env).toEqual({})
  expect(part.detail).toContain('has no tokenizer.json')
})

test('a slow download does not hold up the start', async () => {
  const never = Promise.withResolvers<ProvidedModel>().promise
  const { part, env } = await partOf(never, {}, 10)
  expect(env).toEqual({})
  expect(part.detail).toContain('still being fetched')
})
