import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { createProgress } from '../../src/cli/progress.ts'
import { createTerminal } from './terminal.ts'

/** The bar itself, of all that was drawn: the last one. */
const barOf = (drawn: string) =>
  [...stripVTControlCharacters(drawn).matchAll(/\[([█░]*)\]/g)].at(-1)?.[1]

test('a bar starts empty, also before anybody knows how many there are', () => {
  const terminal = createTerminal({ isTTY: true, columns: 80 })
  const progress = createProgress(terminal, 'backfill')
  progress.update({ processed: 0, total: 0, note: 'queued' })
  expect(barOf(terminal.err())).toBe('░'.repeat(30))
  progress.update({ processed: 5, total: 10, note: '' })
  progress.stop()
  expect(barOf(terminal.err())).toBe('█'.repeat(15) + '░'.repeat(15))
})
