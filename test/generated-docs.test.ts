import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { CLI_FILE, cliDocs } from '../scripts/cli-docs.ts'
import { CONFIGURATION_FILE, configurationDocs } from '../scripts/configuration-docs.ts'
import { OPENAPI_FILE, openApi } from '../scripts/openapi.ts'
import { environmentSchema } from '../src/config.ts'

const rows = configurationDocs()
  .split('\n')
  .filter((line) => line.startsWith('| `'))

test('docs/configuration.md is what node scripts/configuration-docs.ts writes', () => {
  expect(readFileSync(CONFIGURATION_FILE, 'utf8')).toBe(configurationDocs())
})

test('it explains every variable, in words', () => {
  const named = rows.map((row) => /^\| `(\w+)`/.exec(row)?.[1] ?? '')
  expect(named.toSorted()).toEqual(Object.keys(environmentSchema.shape).toSorted())
  expect(rows.filter((row) => !/[a-z]{3,}[^|]*\|$/.test(row))).toEqual([])
})

test('docs/cli.md is what node scripts/cli-docs.ts writes', async () => {
  expect(readFileSync(CLI_FILE, 'utf8')).toBe(await cliDocs())
})

test('openapi.json is what node scripts/http-shapes.ts writes', () => {
  expect(readFileSync(OPENAPI_FILE, 'utf8')).toBe(openApi())
})
