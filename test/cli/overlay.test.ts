import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { withVariables } from '../../src/cli/overlay.ts'
import { loadConfig } from '../../src/config.ts'

test('a configuration read again is the same, whatever was set', () => {
  const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
  const everything = Object.fromEntries(
    [...example.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
  for (const env of [
    {},
    everything,
    { EMBEDDING_MODEL: 'hashing' },
    { ...everything, CORS_ORIGINS: 'https://a.b,https://c.d', TEMPORAL_TLS: '1' },
  ]) {
    const config = loadConfig({ ...env, TEMPORAL_GRPC_META_X: 'kept', UNRELATED: 'x' })
    const { TEMPORAL_TLS: _given, ...temporal } = config.temporalEnv
    const again = withVariables(config, {})
    expect(again).toMatchObject({ ...config, temporalEnv: temporal })
  }
})

test('what up made is used, and does not pass for what a person set', () => {
  const config = loadConfig({ PORT: '0' })
  const laid = withVariables(config, {
    DATABASE_URL: 'postgres://127.0.0.1:1/x',
    TEMPORAL_ADDRESS: '127.0.0.1:2',
    MEMOIR_ENCRYPTION_KEY: 'generated-generated',
  })
  expect(laid.DATABASE_URL).toBe('postgres://127.0.0.1:1/x')
  expect(laid.MEMOIR_ENCRYPTION_KEY).toBe('generated-generated')
  expect(laid.temporalEnv).toEqual({ TEMPORAL_ADDRESS: '127.0.0.1:2' })
  expect([...laid.given]).toEqual(['PORT'])
})
