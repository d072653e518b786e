import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { hasChromium, signIn } from './browser.ts'
import { handIn, KEY, linkTo, startStack, type Stack } from './stack.ts'

/** What whoever runs it sees and does. */

describe.skipIf(!hasPostgres || !hasTemporal || !hasChromium)('for operators', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
    await handIn(stack, 0, 12)
    await stack.memoir.backfill()
  }, 120_000)
  afterAll(async () => {
    await stack[Symbol.asyncDispose]()
  })
  const arrive = async () => {
    const visited = await stack.arrive()
    await signIn(visited, KEY)
    return visited
  }

  test('the overview draws what came and says in words what did not', async () => {
    await using visited = await arrive()
    const { page, complaints } = visited
    const month = page.getByRole('region', { name: 'The last 30 days' })
    await month.locator('canvas').first().waitFor()
    await month.getByText('36 memories').waitFor()
    await month.getByText('None failed.').waitFor()
    await page.getByText('The stores hold every memory').waitFor()
    expect(complaints).toEqual([])
  }, 60_000)

  test('a repair is dry unless told otherwise, and what it found is listed', async () => {
    await using visited = await arrive()
    const { page, complaints } = visited
    await linkTo(page, 'Sync').click()
    await page.getByRole('button', { name: 'Repair…' }).click()
    expect(await page.getByLabel('Dry run').isChecked()).toBe(true)
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('heading', { name: 'Sync', level: 1 }).waitFor()
    await page.getByText('succeeded', { exact: true }).waitFor({ timeout: 60_000 })
    await linkTo(page, 'Sync').click()
    await page.getByText('dry run', { exact: true }).waitFor()
    await page.getByText('agree', { exact: true }).waitFor()
    expect(complaints).toEqual([])
  }, 90_000)

  test('a job is paused, resumed and cancelled', async () => {
    await handIn(stack, 100, 30)
    stack.vendor.delayMs = 1_000
    await using visited = await arrive()
    const { page } = visited
    const { id } = await stack.memoir.accept()
    await page.goto(`${stack.api.url}/#/jobs/${id}`)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('paused', { exact: true }).waitFor({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByText('running', { exact: true }).waitFor({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Cancel the job' }).click()
    await page.getByText('cancelled', { exact: true }).waitFor({ timeout: 30_000 })
    stack.vendor.delayMs = 0
    expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(1)
  }, 120_000)

  test('another embedding model is a question, with what it would take', async () => {
    await using visited = await arrive()
    const { page } = visited
    await linkTo(page, 'Settings').click()
    await page.getByRole('button', { name: 'Test' }).click()
    await page.getByText('answers,').first().waitFor()
    await page.getByLabel('Dimensions').fill('32')
    await page.getByRole('button', { name: 'Save' }).click()
    const asked = page.getByRole('region', { name: 'would have to be embedded anew' })
    await asked.getByText('a-model (32 dimensions)').waitFor()
    expect(await asked.getByRole('button', { name: 'Change it and embed anew' }).count()).toBe(1)
  }, 60_000)
})
