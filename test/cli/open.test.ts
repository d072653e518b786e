import { expect, test } from 'vitest'
import { memoir, noParts } from './terminal.ts'

const URL = 'http://127.0.0.1:8080'

function recordedParts(opens = true) {
  const shown: string[] = []
  const openBrowser = async (url: string) => {
    shown.push(url)
    return await Promise.resolve(opens)
  }
  const attach = async () => await Promise.resolve({ url: URL, adminKey: 'k', pid: 1 })
  return { shown, parts: { ...noParts, openBrowser, attach } }
}

test('open shows the dashboard of the Memoir that commands talk to', async () => {
  const { shown, parts } = recordedParts()
  const { code, out } = await memoir(['open'], { parts, isTTY: true })
  expect([code, out, shown]).toEqual([0, `${URL}/\n`, [`${URL}/`]])
  const remote = await memoir(['open', '--url', 'memoir.example.com', '--json'], {
    parts,
    isTTY: true,
  })
  expect(JSON.parse(remote.out)).toEqual({ url: 'https://memoir.example.com/', opened: true })
})

test('in a pipe, and where there is no browser, the address is printed', async () => {
  const { shown, parts } = recordedParts(false)
  const piped = await memoir(['open'], { parts })
  expect([piped.code, piped.out, shown]).toEqual([0, `${URL}/\n`, []])
  const without = await memoir(['open'], { parts, isTTY: true })
  expect(without.out).toBe(`${URL}/\n`)
  expect(without.err).toContain('No browser could be opened')
  await memoir(['open', '--no-browser'], { parts, isTTY: true })
  expect(shown).toHaveLength(1)
})

test('where nothing runs, it says how to start something', async () => {
  const { code, err } = await memoir(['open'])
  expect(code).toBe(1)
  expect(err).toContain('memoir up')
})
