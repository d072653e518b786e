import { expect, test } from 'vitest'
import { isCron, nextTime } from '../../src/domain/cron.ts'

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

test.each([
  ['0 5 * * 0', '2026-11-21T13:00:00Z', '2026-11-22T05:00:00.000Z'],
  ['0 5 * * 0', '2026-11-22T05:00:00Z', '2026-11-29T05:00:00.000Z'],
  ['0 5 * * sun', '2026-11-22T04:59:59Z', '2026-11-22T05:00:00.000Z'],
  ['*/20 1-3 * * *', '2026-11-21T03:40:00Z', '2026-11-22T01:00:00.000Z'],
  ['15 0 1 1,jul *', '2026-02-01T00:00:00Z', '2026-07-01T00:15:00.000Z'],
  ['5/25 * * * mon-fri', '2026-11-20T23:56:00Z', '2026-11-23T00:05:00.000Z'],
])('the time after %s from %s on is %s', (cron, after, next) => {
  expect(nextTime(cron, new Date(after))?.toISOString()).toBe(next)
})

test('a day that a year does not have is not waited for', () => {
  expect(nextTime('0 0 30 2 *', new Date('2026-01-01T00:00:00Z'))).toBeNull()
})
