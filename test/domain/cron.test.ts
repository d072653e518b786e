import { expect, test } from 'vitest'
import { isCron } from '../../src/domain/cron.ts'

test.each([
  '0 2 * * *',
  '*/15 * * * *',
  '*/1 * * * *',
  '0 0 1 1 0',
  '59 23 31 12 6',
  '0,30 1-5 * jan-mar mon-fri',
  '5/10 * * * *',
  '0 2 * * SUN',
])('%s is a time to run at', (text) => {
  expect(isCron(text)).toBe(true)
})

test.each([
  '',
  '0 2 * *',
  '0 2 * * * *',
  '60 2 * * *',
  '0 24 * * *',
  '0 2 0 * *',
  '0 2 * 13 *',
  '0 2 * * 7',
  '0  2 * * *',
  '*/0 * * * *',
  '5-1 * * * *',
  '1, * * * *',
  '@daily',
  'CRON_TZ=Europe/Berlin 0 2 * * *',
  '0 2 * * mo',
  '0 2 * * *#note',
  '0x1 2 * * *',
])('%j is none', (text) => {
  expect(isCron(text)).toBe(false)
})
