import { readFile } from 'node:fs/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { chat, claudeOf, fixture, node, readAll, said } from './vendor-exports.ts'

/** A value with another one in the place of some field or item; `inside` bounds where. */
function replaced(value: unknown, path: readonly number[], by: unknown): unknown {
  const [at, ...rest] = path
  if (at === undefined || typeof value !== 'object' || value === null) return by
  const keys = Object.keys(value)
  const key = keys[at % Math.max(1, keys.length)]
  if (key === undefined) return by
  if (Array.isArray(value))
    return value.map((each: unknown, index) =>
      String(index) === key ? replaced(each, rest, by) : each,
    )
  return { ...value, [key]: replaced((value as Record<string, unknown>)[key], rest, by) }
}

const place = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 6 })

test.each(['chatgpt', 'claude', 'mem0', 'zep'])(
  'any value at any place of a record of %s never costs the records beside it',
  async (name) => {
    const text = await readFile(fixture(`${name}.json`), 'utf8')
    const given = JSON.parse(text) as unknown
    const records = (Array.isArray(given) ? given : Object.values(given as object)[0]) as unknown[]
    const sound = records[0]
    const whole = await readAll([sound])
    await fc.assert(
      fc.asyncProperty(place, fc.jsonValue({ maxDepth: 2 }), async (path, value) => {
        const odd = replaced(structuredClone(sound), path, value)
        const { said: told, refused, empty, leftOut } = await readAll([sound, odd, sound])
        for (const [id, texts] of Object.entries(whole.said)) {
          expect(told[id] ?? []).toEqual(expect.arrayContaining([...texts]))
        }
        const spoken = Object.values(told).flat().length
        expect(spoken + refused.length + empty + Object.keys(leftOut).length).toBeGreaterThan(2)
      }),
      { numRuns: 150 },
    )
  },
  120_000,
)

test('any value in one message of a ChatGPT or Claude conversation costs that message at most', async () => {
  const words = ['My tent is orange.', 'It is waterproof.', 'It has two doors.']
  const nodes = words.map((text, at) =>
    node(String(at), at === 0 ? null : String(at - 1), { text }),
  )
  const list = words.map((text, at) => said(`m${at}`, at === 0 ? null : `m${at - 1}`, text))
  await fc.assert(
    fc.asyncProperty(place, fc.jsonValue({ maxDepth: 2 }), async (path, value) => {
      const message = replaced(nodes[1]?.message, path, value)
      const oddNodes = nodes.map((each, at) => (at === 1 ? { ...each, message } : each))
      const { said: gpt } = await readAll([chat(oddNodes)])
      expect(gpt['c']).toEqual(expect.arrayContaining(['My tent is orange.', 'It has two doors.']))
      const { uuid, parent_message_uuid, ...rest } = list[1] ?? said('m1', 'm0', '')
      const oddRest = replaced(rest, path, value)
      const odd = { ...(typeof oddRest === 'object' ? oddRest : {}), uuid, parent_message_uuid }
      const { said: claude } = await readAll([claudeOf([list[0], odd, list[2]])])
      expect(claude['c']).toEqual(
        expect.arrayContaining(['My tent is orange.', 'It has two doors.']),
      )
    }),
    { numRuns: 150 },
  )
}, 120_000)
