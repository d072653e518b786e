import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { hasChromium, signIn } from './browser.ts'
import { handIn, HOSTILE, KEY, linkTo, startStack, type Stack } from './stack.ts'

describe.skipIf(!hasPostgres || !hasTemporal || !hasChromium)('in a browser', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
  })
  afterAll(async () => {
    await stack[Symbol.asyncDispose]()
  })

  test('a wrong key is told so, a right one opens and stays in the tab', async () => {
    await using visited = await stack.arrive()
    const { page, complaints } = visited
    await page.getByLabel('Key', { exact: true }).fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('That key is not known here.').waitFor()

    await signIn(visited, KEY)
    await page.reload()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()

    expect(await page.evaluate('localStorage.length')).toBe(0)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await page.evaluate('sessionStorage.length')).toBe(0)
    expect(complaints).toEqual([])
  })

  test('a backfill is started, watched to its end, and what it made is recalled as text', async () => {
    await handIn(stack, 0, 20)
    stack.vendor.delayMs = 300
    await using visited = await stack.arrive()
    const { page, complaints } = visited
    await signIn(visited, KEY)

    await linkTo(page, 'Jobs').click()
    await page.getByRole('button', { name: 'Start a backfill' }).click()
    await page.getByText('20 conversations').waitFor()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('heading', { name: 'Backfill' }).waitFor()
    const bar = page.getByRole('progressbar', { name: 'Progress' })
    const seen = new Set<number>()
    await expect
      .poll(
        async () => {
          seen.add(await bar.evaluate((node: { value: number }) => node.value))
          return await page.getByText('succeeded', { exact: true }).count()
        },
        { timeout: 60_000, interval: 50 },
      )
      .toBe(1)
    stack.vendor.delayMs = 0
    expect(seen.size).toBeGreaterThan(2)
    expect(seen).toContain(20)

    await linkTo(page, 'Memories').click()
    await page.getByLabel('User').fill('ann')
    await page.getByLabel('Question').fill('lake onerror broken script')
    await page.getByRole('button', { name: 'Recall' }).click()
    await page.getByText(HOSTILE).first().waitFor()
    expect(await page.evaluate('"broken" in window')).toBe(false)
    expect(await page.getByRole('meter', { name: 'relevance' }).count()).toBeGreaterThan(0)
    expect(complaints).toEqual([])
  }, 120_000)

  test('a memory is changed, then forgotten, and found no more', async () => {
    const { client } = stack
    const content = 'The spare key lies under the blue pot.'
    const { job } = await client.add({ user_id: 'cat', content })
    await client.jobs.wait(job)
    await using visited = await stack.arrive()
    const { page, complaints } = visited
    await signIn(visited, KEY)
    await linkTo(page, 'Users').click()
    await page.getByRole('link', { name: 'cat' }).click()
    // The graph says it in words as well.
    const timeline = page.getByRole('region', { name: 'Timeline' })
    await timeline.getByText(content).waitFor()

    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'Text' }).fill('The spare key lies in the shed.')
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await timeline.getByText('in the shed').waitFor()
    await page.getByRole('button', { name: 'Forget', exact: true }).click()
    await page.getByRole('dialog').getByText('in the shed').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click()
    await page.getByText('Nothing is remembered of cat').waitFor()

    await page.getByRole('link', { name: 'Ask their memories' }).click()
    await page.getByLabel('Question').fill('Where is the spare key?')
    await page.getByRole('button', { name: 'Recall' }).click()
    await page.getByText('Nothing is remembered about that').waitFor()
    expect(await page.getByText('in the shed').count()).toBe(0)
    expect(complaints).toEqual([])
  }, 120_000)

  test('the source of a fact is three clicks away, with the words it rests on', async () => {
    const { client } = stack
    const post = await client.sessions.store({
      user_id: 'leo',
      session_id: 'call-1',
      transcript: 'User: I moved to Porto last spring.\nAssistant: Lovely.',
    })
    await client.jobs.wait(post.job)
    await using visited = await stack.arrive()
    const { page, complaints } = visited
    await signIn(visited, KEY)
    await linkTo(page, 'Users').click()
    await page.getByRole('link', { name: 'leo' }).click()
    const fact = page
      .getByRole('region', { name: 'Timeline' })
      .getByRole('listitem')
      .filter({ hasText: 'The user moved to Porto last spring.' })
      .last()
    await fact.getByText('Source and history').click()
    await fact.locator('q').getByText('I moved to Porto last spring').waitFor()
    await fact.getByText('call-1').waitFor()
    expect(complaints).toEqual([])
  }, 120_000)

  test('a job that failed says why, and is retried to success', async () => {
    await handIn(stack, 100, 4)
    stack.vendor.failAlways({ status: 401 })
    await using visited = await stack.arrive()
    const { page, complaints } = visited
    await signIn(visited, KEY)
    const { id } = await stack.memoir.accept()
    await page.goto(`${stack.api.url}/#/jobs/${id}`)
    await page.getByText('failed', { exact: true }).waitFor({ timeout: 60_000 })
    await page.getByText('vendor_unauthorized').first().waitFor()

    stack.vendor.restore()
    await page.getByRole('button', { name: 'Retry' }).click()
    await page.getByText('succeeded', { exact: true }).waitFor({ timeout: 60_000 })

    await expect
      .poll(async () => await page.getByRole('region', { name: 'What failed' }).count())
      .toBe(0)
    const steps = page.getByRole('region', { name: 'Steps that failed' })
    expect(await steps.getByText('vendor_unauthorized').count()).toBe(1)
    expect(complaints).toEqual([])
  }, 120_000)

  test('keys are made, shown once and revoked', async () => {
    await using visited = await stack.arrive()
    const { page } = visited
    await signIn(visited, KEY)
    await linkTo(page, 'Keys').click()
    await page.getByRole('button', { name: 'Make a key' }).click()
    await page.getByLabel('What it is for').fill('a phone')
    await page.getByRole('button', { name: 'Make it' }).click()
    const secret = await page.locator('.secret code').textContent()
    expect(secret).toMatch(/^mk_/)

    await page.getByRole('button', { name: 'Revoke a phone' }).click()
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    await expect.poll(async () => await page.getByText('a phone').count()).toBe(1)
    await page.reload()
    await page.getByText('No keys yet').waitFor()
    expect(await page.getByText(secret ?? '').count()).toBe(0)
  })

  test('everything is reached with the keyboard alone', async () => {
    await using visited = await stack.arrive()
    const { page } = visited
    await page.getByLabel('Key', { exact: true }).focus()
    await page.keyboard.type(KEY)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()

    const reached = new Set<string>()
    for (let step = 0; step < 16; step += 1) {
      await page.keyboard.press('Tab')
      reached.add(String(await page.evaluate('document.activeElement?.textContent')))
    }

    expect([...reached]).toEqual(
      expect.arrayContaining(['Memories', 'Jobs', 'Schedules', 'Users', 'Keys', 'Sign out']),
    )
  })
})
