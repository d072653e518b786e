import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LanguageModel } from '../../src/providers/language-model.ts'
import { createRulesModel } from '../../src/providers/rules-model.ts'
import { MemoirError, SENTENCE } from '../../src/errors.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { hasChromium, signIn } from './browser.ts'
import { drawGraph, HOSTILE, KEY, linkTo, startStack, type Stack } from './stack.ts'

const FIRST = `Ann swims. ${HOSTILE}\nShe lives in Graz and keeps bees with her brother.`
const SECOND = 'Ann moved to Linz in the spring, where she plays the cello in a small orchestra.'

/** Writes when the test says so, whoever asks: a generation, or somebody who would not wait for one. */
function slowNarrator() {
  let said = Promise.withResolvers<string | MemoirError>()
  const model: LanguageModel = {
    ...createRulesModel(),
    async narrate({ memories }) {
      const narrative = await said.promise
      if (narrative instanceof MemoirError) throw narrative
      const sources = memories.slice(0, 1).map(({ id }) => id)
      const lines = narrative
        .split('\n')
        .map((text) => ({ section: 'who' as const, text, sources }))
      return { value: { lines }, promptVersion: 'test-1' }
    },
  }
  return {
    model,
    say: (text: string | MemoirError) => said.resolve(text),
    hold() {
      said = Promise.withResolvers()
    },
  }
}

describe.skipIf(!hasPostgres || !hasTemporal || !hasChromium)('the page of a user', () => {
  const narrator = slowNarrator()
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ languageModel: narrator.model })
    const { job } = await stack.client.memories.addAll({
      user_id: 'ann',
      memories: [HOSTILE, ...[1, 2, 3, 4, 5, 6].map((day) => `Ann swam on day ${day}.`)].map(
        (content) => ({ content }),
      ),
    })
    await stack.client.jobs.wait(job)
  }, 120_000)
  afterAll(async () => {
    narrator.say(SECOND)
    await stack[Symbol.asyncDispose]()
  })
  const arrive = async () => {
    const visited = await stack.arrive()
    await signIn(visited, KEY)
    await drawGraph(visited.page)
    await linkTo(visited.page, 'Users').click()
    await visited.page.getByRole('link', { name: 'ann' }).click()
    return visited
  }

  test('“being written” turns into the narrative without reloading, and keeps what it was before', async () => {
    await using visited = await arrive()
    const { page, complaints } = visited
    await page.evaluate('window.sameDocument = true')
    const card = page.getByRole('region', { name: 'Narrative' })
    await card.getByText('being written', { exact: true }).waitFor()

    narrator.say(FIRST)
    await card.getByText('fresh', { exact: true }).waitFor({ timeout: 60_000 })
    await card.getByText('She lives in Graz').waitFor()
    // Said as it stands: neither markup nor script.
    expect(await card.getByText(HOSTILE).count()).toBe(1)

    narrator.hold()
    await card.getByRole('button', { name: 'Write anew' }).click()
    await card.getByText('being written', { exact: true }).waitFor()
    await card.getByText('She lives in Graz').waitFor()
    narrator.say(SECOND)
    await card.getByText('Ann moved to Linz').waitFor({ timeout: 60_000 })
    await card.getByText('Earlier versions').click()
    await card.getByText('She lives in Graz').waitFor()

    expect(await page.evaluate('window.sameDocument === true && !("broken" in window)')).toBe(true)
    expect(complaints).toEqual([])
  }, 120_000)

  test('one that cannot be written says why, and what stood before stays', async () => {
    await using visited = await arrive()
    const { page } = visited
    const card = page.getByRole('region', { name: 'Narrative' })
    await card.getByText('Ann moved to Linz').waitFor()
    narrator.hold()
    await card.getByRole('button', { name: 'Write anew' }).click()
    narrator.say(new MemoirError('vendor_unauthorized', SENTENCE.vendor_unauthorized))
    await card.getByText('failed', { exact: true }).waitFor({ timeout: 60_000 })
    await card.getByText('vendor_unauthorized').waitFor()
    expect(await card.getByText('Ann moved to Linz').count()).toBe(1)
  }, 120_000)

  test('what is linked is drawn, and told in words that the keyboard reaches', async () => {
    await using visited = await arrive()
    const { page, complaints } = visited
    const graph = page.getByRole('region', { name: 'What it is about' })
    await graph.locator('canvas').first().waitFor()
    const bob = graph.getByRole('button', { name: 'Bob' })
    await bob.focus()
    await page.keyboard.press('Enter')
    await graph.getByRole('button', { name: 'Bob swims in the lake.' }).waitFor()
    expect(await page.evaluate('"broken" in window')).toBe(false)
    expect(complaints).toEqual([])
  }, 60_000)

  test('forgetting counts first, and the timeline is then without what it named', async () => {
    await using visited = await arrive()
    const { page, complaints } = visited
    const timeline = page.getByRole('region', { name: 'Timeline' })
    await timeline.getByText(HOSTILE).waitFor()
    await timeline.getByRole('listitem').filter({ hasText: HOSTILE }).last().hover()
    await timeline.getByRole('button', { name: 'Forget' }).last().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('radio', { name: 'for good' }).check()
    await dialog.getByText('1 memory would go').waitFor()
    await dialog.getByRole('button', { name: 'Forget' }).click()
    await expect.poll(async () => await timeline.getByText(/Ann swam/).count()).toBe(6)

    await page.getByRole('button', { name: 'Forget…' }).click()
    await dialog.getByRole('button', { name: 'Count what would go' }).click()
    await dialog.getByRole('button', { name: 'Forget 6 memories' }).click()
    await timeline.getByText('Nothing is remembered of ann').waitFor()
    expect(complaints).toEqual([])
  }, 60_000)
})
