import { createContext, runInContext } from 'node:vm'
import { build } from 'vite'
import { expect, test } from 'vitest'

/** The client in a page: bundled, and run with nothing but what browsers have. */

const ENTRY = `${import.meta.dirname}/../../src/client/index.ts`

async function bundle(): Promise<{ code: string; imports: string[] }> {
  const [built] = [
    await build({
      configFile: false,
      logLevel: 'error',
      build: {
        write: false,
        target: 'es2022',
        minify: false,
        lib: { entry: ENTRY, formats: ['iife'], name: 'client' },
      },
    }),
  ].flat()
  const [chunk] = built !== undefined && 'output' in built ? built.output : []
  if (chunk?.type !== 'chunk') throw new Error('vite built nothing')
  return { code: chunk.code, imports: chunk.imports }
}

test('a page that is not served over https remembers, and nothing of Node is needed', async () => {
  const { code, imports } = await bundle()
  expect(imports).toEqual([])
  const sent: Request[] = []
  const page = createContext({
    Request,
    URL,
    AbortController,
    AbortSignal,
    setTimeout,
    clearTimeout,
    // `crypto.randomUUID` is there in secure pages only.
    crypto: { getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes) },
    async fetch(request: Request) {
      sent.push(request)
      return await Promise.resolve(Response.json({ id: 'j', job: 'j', ids: ['m-1'] }))
    },
  })
  const script = `${code}
    new client.Memoir({ baseUrl: 'http://memoir.test' }).add({ user_id: 'ann', content: 'tea' })`

  expect(await runInContext(script, page)).toMatchObject({ ids: ['m-1'] })

  expect(sent).toHaveLength(1)
  expect(sent[0]?.headers.get('idempotency-key')).toMatch(/^[0-9a-f]{32}$/)
})
