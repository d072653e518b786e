import { expect, test } from 'vitest'
import { timeIn } from '../../src/recall/time.ts'

const NOW = new Date('2026-06-10T12:00:00Z')
const days = [
  '2023-06-30',
  '2024-05-31',
  '2024-06-09',
  '2024-06-15',
  '2024-06-19',
  '2025-12-31',
  '2026-01-03',
  '2026-05-31',
  '2026-06-04',
  '2026-06-09',
]

/** Which of the days above lie in the time that a question names. */
function within(query: string, language = 'en'): string[] | null {
  const window = timeIn(query, language, NOW)
  return window && days.filter((day) => window.contains(new Date(`${day}T12:00:00Z`)))
}

test('a year, a month, a day: what was said then, or within a week', () => {
  expect(within('What did we plan in 2024?')).toEqual([
    '2024-05-31',
    '2024-06-09',
    '2024-06-15',
    '2024-06-19',
  ])
  expect(within('What happened in June 2024?')).toEqual(['2024-06-09', '2024-06-15', '2024-06-19'])
  expect(within('What did she show me on June 10, 2024?')).toEqual(['2024-06-15'])
})

test('a month without a year is that of every year', () => {
  expect(within('When did we go camping in June?')).toEqual([
    '2023-06-30',
    '2024-06-09',
    '2024-06-15',
    '2024-06-19',
    '2026-06-04',
    '2026-06-09',
  ])
  expect(within('What did we cook in December?')).toEqual(['2025-12-31', '2026-01-03'])
  expect(within('What did we cook on December 31?')).toEqual(['2025-12-31', '2026-01-03'])
})

test('last month and yesterday count from now', () => {
  expect(within('What did I say last month?')).toContain('2026-05-31')
  expect(within('What did I tell you yesterday?')).toEqual(['2026-06-09'])
  expect(within('Where did I travel last year?')).toEqual(['2025-12-31', '2026-01-03'])
})

test('other languages name their months', () => {
  expect(within('Was haben wir im Juni 2024 gemacht?', 'de')).toHaveLength(3)
  expect(within('Что мы делали в июне 2024 года?', 'ru')).toHaveLength(3)
  expect(within('ماذا فعلنا في يونيو 2024؟', 'ar')).toHaveLength(3)
  expect(within('¿Qué hicimos en junio?', 'es')).toHaveLength(6)
})

test('a question without a date has no time, and neither has one about now', () => {
  expect(within('What is my dog called?')).toBeNull()
  expect(within('What is my address now?')).toBeNull()
  expect(within('Who has 3 cats?')).toBeNull()
})
