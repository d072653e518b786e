import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { hasChromium, signIn } from './browser.ts'
import { drawGraph, handIn, KEY, startStack, type Stack } from './stack.ts'

/** Every page at both widths, by day and by night, with something on it. */

const PAGES = {
  Overview: '#/overview',
  Memories: '#/memories?user=ann',
  Users: '#/users',
  ann: '#/users/ann',
  Jobs: '#/jobs',
  Schedules: '#/schedules',
  Sync: '#/sync',
  Keys: '#/keys',
  Settings: '#/settings',
}

/** What is grave to axe, by day and by night, and by how many pixels the page is wider than its window. */
async function look(page: Page, name: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light' })
  const day = await new AxeBuilder({ page }).analyze()
  await page.emulateMedia({ colorScheme: 'dark' })
  // Nothing else changes when the lights go out.
  const night = await new AxeBuilder({ page }).withRules('color-contrast').analyze()
  const grave = [...day.violations, ...night.violations]
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  const over = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'))
  expect({ name, grave, over: Math.max(0, over) }).toEqual({ name, grave: [], over: 0 })
}

async function settled(page: Page): Promise<void> {
  // A narrative that is being written may take as long as it likes.
  const waiting = page.locator('.skeleton:not(.writing *)')
  await expect.poll(async () => await waiting.count(), { timeout: 10_000 }).toBe(0)
}

describe.skipIf(!hasPostgres || !hasTemporal || !hasChromium)('in a browser', () => {
  let stack: Stack
  let job: string
  beforeAll(async () => {
    stack = await startStack()
    await handIn(stack, 0, 3)
    job = (await stack.memoir.backfill()).id
    const { job: synced } = await stack.client.sync.start({ operation: 'check' })
    await stack.client.jobs.wait(synced)
    const { job: told } = await stack.client.add({ user_id: 'ann', content: 'Ann knows Bob.' })
    await stack.client.jobs.wait(told)
    await stack.client.keys.create({ name: 'a phone', role: 'reader', user_id: 'ann' })
  }, 120_000)
  afterAll(async () => {
    await stack[Symbol.asyncDispose]()
  })

  test.each([360, 1280])(
    'at %i pixels every page fits, and nothing stands in anybody’s way',
    async (width) => {
      await using visited = await stack.arrive({ width })
      const { page, complaints } = visited
      await look(page, 'sign in')
      await signIn(visited, KEY)
      await drawGraph(page)
      for (const [title, hash] of Object.entries({ ...PAGES, Backfill: `#/jobs/${job}` })) {
        await page.goto(`${stack.api.url}/${hash}`)
        await page.getByRole('heading', { name: title, level: 1 }).waitFor()
        await settled(page)
        await look(page, title)
      }
      expect(complaints).toEqual([])
    },
    120_000,
  )

  test('questions in front of a page stand in nobody’s way either', async () => {
    await using visited = await stack.arrive({ width: 360 })
    const { page } = visited
    await signIn(visited, KEY)
    await drawGraph(page)
    for (const [hash, button] of [
      ['#/jobs', 'Start a backfill'],
      ['#/sync', 'Repair…'],
      ['#/keys', 'Make a key'],
      ['#/users/ann', 'Forget…'],
      ['#/schedules', 'Pause'],
    ]) {
      await page.goto(`${stack.api.url}/${hash}`)
      const asked = page.getByRole('button', { name: button ?? '', exact: true })
      await asked.first().click()
      await page.getByRole('dialog').waitFor()
      await look(page, `${hash} ${button}`)
      await page.keyboard.press('Escape')
      await expect.poll(async () => await page.getByRole('dialog').count()).toBe(0)
    }
  }, 60_000)

  test('what comes later moves nothing that stands', async () => {
    await using visited = await stack.arrive()
    const { page } = visited
    await page.addInitScript(`
      window.shifted = 0
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shifted += entry.value
      }).observe({ type: 'layout-shift', buffered: true })
    `)
    await signIn(visited, KEY)
    await drawGraph(page)
    for (const hash of ['#/overview', '#/jobs', '#/sync', '#/users/ann']) {
      await page.goto(`${stack.api.url}/${hash}`)
      await page.reload()
      await page.getByRole('heading', { level: 1 }).waitFor()
      await settled(page)
      const shifted = Number(await page.evaluate('window.shifted'))
      // What browsers call good.
      expect({ hash, good: shifted < 0.1, shifted }).toMatchObject({ good: true })
    }
  }, 60_000)
})
