import { expect, test } from 'vitest'
import { datesIn } from '../../src/text/extraction/dates.ts'

/** A Wednesday. */
const SAID = '2026-09-16T12:20:00Z'
const shownIn = (text: string, language: string) =>
  datesIn(text, SAID, language).map(({ shown }) => shown)

test.each([
  ['en', 'I moved in March last year'],
  ['de', 'Im April letzten Jahres bin ich nach Köln gezogen'],
  ['es', 'en marzo del año pasado me casé'],
  ['fr', "Depuis mon opération, en mars de l'an dernier"],
  ['de', 'Heute in einer Woche'],
  ['en', 'a week ago on Tuesday I fell'],
  ['zh', '大后天我飞东京'],
  ['zh', '下下周二我体检'],
])('what goes on is another day, and is not resolved: %s %s', (language, text) => {
  expect(shownIn(text, language)).toEqual([])
})

test.each([
  ['en', 'last Monday', '2026-09-14'],
  ['de', 'nächsten Montag ziehe ich um', '2026-09-21'],
  ['es', 'El martes pasado me operaron', '2026-09-15'],
  ['zh', '我下周三去看牙医', '2026-09-23'],
  ['zh', '我们3月份刚搬家', '2026-03'],
])('what says one day is resolved: %s %s', (language, text, day) => {
  expect(shownIn(text, language)).toEqual([day])
})
