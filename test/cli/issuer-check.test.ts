import { expect, test } from 'vitest'
import { checkIssuer } from '../../src/cli/issuer-check.ts'
import { startFakeIssuer } from '../support/fake-issuer.ts'

const check = async (issuer?: string) =>
  await checkIssuer({ OIDC_ISSUER: issuer, MEMOIR_ALLOW_PRIVATE_PROVIDERS: false })

test('doctor says whether the keys of the issuer can be read, and why not', async () => {
  await using issuer = await startFakeIssuer()
  expect(await check()).toEqual([])
  expect(await check(issuer.url)).toEqual([
    { name: 'sign-in', state: 'ok', detail: `keys of ${issuer.url} are there` },
  ])

  issuer.document = { issuer: 'https://another.example' }
  expect(await check(issuer.url)).toMatchObject([
    {
      state: 'fail',
      detail: expect.stringContaining('of another issuer'),
      next: expect.any(String),
    },
  ])
  issuer.mode = 'down'
  expect(await check(issuer.url)).toMatchObject([
    { state: 'fail', detail: expect.stringContaining('answers 503') },
  ])
})
