import type { Browser, Page } from 'playwright-core'
import { Memoir } from '../../src/client/index.ts'
import { startApi, type RunningApi } from '../../src/server.ts'
import type { ServicesOptions } from '../../src/services.ts'
import { startFakeVendor, type FakeVendor } from '../support/fake-vendor.ts'
import { createTestMemoir, type TestMemoir } from '../support/memoir.ts'
import { buildDashboard, openBrowser, visit, type Visit } from './browser.ts'

export const KEY = 'an-admin-key-for-tests'
export const HOSTILE =
  'The lake <img src=x onerror="window.broken=1"><script>window.broken=1</script>'

/** The built dashboard before all of Memoir, and a browser to look at it. */
export interface Stack extends AsyncDisposable {
  readonly memoir: TestMemoir
  readonly vendor: FakeVendor
  readonly api: RunningApi
  readonly browser: Browser
  readonly client: Memoir
  arrive(options?: { width?: number }): Promise<Visit>
}

/** One for all of a file: a browser is a patient thing to start. */
export async function startStack(options: ServicesOptions = {}): Promise<Stack> {
  buildDashboard()
  const vendor = await startFakeVendor({ dimensions: 64 })
  const memoir = await createTestMemoir(
    {
      MEMOIR_ADMIN_KEY: KEY,
      EMBEDDING_MODEL: 'a-model',
      EMBEDDING_BASE_URL: vendor.url,
      OPENAI_API_KEY: 'sk-test',
      BACKFILL_PAGE_SIZE: '5',
    },
    options,
  )
  const api = await startApi(memoir.services, { host: '127.0.0.1', port: 0 })
  const browser = await openBrowser()
  return {
    memoir,
    vendor,
    api,
    browser,
    client: new Memoir({ baseUrl: api.url, apiKey: KEY }),
    arrive: async ({ width = 1280 } = {}) =>
      await visit({
        browser,
        url: api.url,
        viewport: { width, height: 800 },
        // A colour that is on its way to another one is neither.
        reducedMotion: 'reduce',
      }),
    async [Symbol.asyncDispose]() {
      await browser.close()
      await api.close()
      await memoir[Symbol.asyncDispose]()
      await vendor.close()
    },
  }
}

/** Conversations of ann for the next backfill, hostile to whoever shows them as anything but text. */
export async function handIn({ client }: Stack, from: number, count: number): Promise<void> {
  const at = '2026-03-01T09:00:00.000Z'
  await client.imports.create({
    conversations: Array.from({ length: count }, (_, index) => ({
      id: `c-${from + index}`,
      user_id: 'ann',
      created_at: at,
      messages: [HOSTILE, `Was it cold, day ${from + index}?`, 'Colder than the sea.'].map(
        (content, place) => ({
          id: `c-${from + index}-${place}`,
          role: place === 1 ? 'assistant' : 'user',
          content,
          created_at: at,
        }),
      ),
    })),
  })
}

export const linkTo = (page: Page, name: string) =>
  page.getByRole('navigation').getByRole('link', { name, exact: true })

/** What is linked, as the API would say it, in names that would break a page which took them for more than text. */
export async function drawGraph(page: Page): Promise<void> {
  await page.route('**/v1/graph?*', async (route) => {
    await route.fulfill({
      json: {
        nodes: [
          { id: 'e1', type: 'entity', kind: 'person', label: 'Bob' },
          {
            id: 'e2',
            type: 'entity',
            kind: 'place',
            label: '<img src=x onerror="window.broken=1">',
          },
          { id: 'm1', type: 'memory', kind: 'fact', label: 'Bob swims in the lake.' },
        ],
        edges: [
          { src: 'm1', dst: 'e1', type: 'mentions', weight: 1 },
          { src: 'm1', dst: 'e2', type: 'mentions', weight: 0.5 },
        ],
      },
    })
  })
}
