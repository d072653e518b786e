import { expect, test } from 'vitest'
import { answerFrom } from '../../src/text/extraction/answer.ts'

const found = (...memories: readonly (readonly [relevance: number, content: string])[]) =>
  memories.map(([relevance, content], at) => ({
    id: `m${at}`,
    content,
    relevance,
    occurredAt: '2026-03-04T10:00:00Z',
  }))

const ask = (
  question: string,
  ...memories: readonly (readonly [relevance: number, content: string])[]
) => answerFrom({ question, memories: found(...memories), userId: 'ada', now: '2026-04-01' })

const UNKNOWN = { known: false, answer: '', citations: [] }

test('what recall thinks best answers, though it has none of the words', () => {
  expect(
    ask('What car have I got?', [0.7, 'We bought a Volvo.'], [0.6, 'The bike is blue.']),
  ).toEqual({ known: true, answer: 'We bought a Volvo.', citations: ['m0'] })
})

test('what is hardly relevant does not, and one word of several is not enough', () => {
  expect(ask('What car have I got?', [0.2, 'We bought a Volvo.'])).toEqual(UNKNOWN)
  expect(ask('Which editor do I write code in?', [0.7, 'The door code is on the fridge.'])).toEqual(
    UNKNOWN,
  )
})

test('what is only said of somebody else is not known', () => {
  expect(ask("What's my blood group?", [0.9, "Callum's blood group is zero."])).toEqual(UNKNOWN)
  expect(ask('When does Callum’s passport expire?', [0.9, 'My passport expires in 2031.'])).toEqual(
    UNKNOWN,
  )
  expect(
    ask('What salary does Joris earn?', [0.9, 'Joris came. Tom earns a fair salary.']),
  ).toEqual(UNKNOWN)
  expect(
    ask('Welches Auto fährt mein Bruder Ansgar?', [
      0.9,
      'Mein Bruder Ansgar ist Imker im Odenwald.',
    ]),
  ).toEqual(UNKNOWN)
})

test("the user's own name is nobody else's", () => {
  expect(ask('What is Ada allergic to?', [0.9, "Ada's allergic to cashews."])).toMatchObject({
    known: true,
  })
  expect(ask("What's my phone number?", [0.9, "Ada's phone number is 0123 456."])).toMatchObject({
    known: true,
  })
})

test('a date, a number, an age or a name that is asked for has to be there', () => {
  expect(ask('When does Wren start school?', [0.9, 'Wren starts school at St Hilda.'])).toEqual(
    UNKNOWN,
  )
  expect(
    ask('When did I leave Brightmoor?', [0.9, 'Last day at Brightmoor: 31 October.']),
  ).toMatchObject({ known: true })
  expect(ask('How old is Demelza?', [0.9, 'I fly to Demelza on 27 December 2025.'])).toEqual(
    UNKNOWN,
  )
  expect(ask('Who teaches Wren?', [0.9, 'Wren is taught by Mr Okonjo.'])).toMatchObject({
    known: true,
  })
  expect(ask('Who teaches Wren?', [0.9, 'Wren is taught well.'])).toEqual(UNKNOWN)
})

test('of a long memory the passage that answers is quoted', () => {
  const chat = 'Nothing much happened today, as usual, and I slept until noon because of the rain. '
  expect(
    ask('How much is the invoice?', [0.9, `${chat.repeat(2)}The invoice is 720 euros. ${chat}`])
      .answer,
  ).toBe('The invoice is 720 euros.')
  expect(
    ask('Wann ist der Zahnarzt?', [
      0.9,
      `${chat.repeat(2)}Der Zahnarzt ist am 11. September. ${chat}`,
    ]).answer,
  ).toContain('Der Zahnarzt ist am 11. September')
})

test('what the user said does not answer what an assistant recommended', () => {
  const question = 'What did you recommend for my back?'
  expect(ask(question, [0.9, 'My back is seized.'])).toEqual(UNKNOWN)
  const [mine, theirs] = found([0.9, 'My back is seized.'], [0.6, 'Heat, and cat-cow twice a day.'])
  const memories = [mine, { ...theirs, role: 'assistant' }].filter((one) => one !== undefined)
  expect(
    answerFrom({ question, memories: memories as ReturnType<typeof found>, now: '2026-04-01' }),
  ).toEqual({
    known: true,
    answer: 'Heat, and cat-cow twice a day.',
    citations: ['m1'],
  })
})

test('a year in a date is no age', () => {
  expect(
    ask('How old is Demelza?', [0.97, "We fly to Demelza's on 27 December (2025-12-27)."]),
  ).toEqual(UNKNOWN)
})

test('what happened is not answered with what was only meant to happen', () => {
  const want = [0.96, 'I want to run the Harbour 10 Miles in April.'] as const
  const ran = [0.9, 'Yesterday I ran the Harbour 10 Miles in 1 hour 28.'] as const
  expect(ask('When did I run the Harbour 10 Miles?', want, ran).citations).toEqual(['m1'])
  expect(ask('When did I run the Harbour 10 Miles?', want)).toEqual(UNKNOWN)
  expect(ask('When did I want to run the Harbour 10 Miles?', want).citations).toEqual(['m0'])
  expect(ask('When will I run the Harbour 10 Miles?', want).citations).toEqual(['m0'])
  expect(
    ask('Wann bin ich nach Lissabon gereist?', [0.95, 'Ich möchte im Mai nach Lissabon reisen.']),
  ).toEqual(UNKNOWN)
})

test('the number of one thing is not that of another, but phones have several names', () => {
  const phone = [0.95, 'My phone number is now 0470 12 34 56.'] as const
  expect(ask('What is my passport number?', phone)).toEqual(UNKNOWN)
  expect(ask('Wie ist meine Kontonummer?', [0.95, 'Meine Hausnummer ist 12.'])).toEqual(UNKNOWN)
  expect(ask('What is my phone number?', phone).known).toBe(true)
  expect(ask('What is my mobile number?', phone).known).toBe(true)
  const bare = [0.95, 'New number: 07700 900 123, same as ever otherwise.'] as const
  expect(ask('My phone number, please?', bare).known).toBe(true)
  const passport = [0.95, 'My passport number is 123456789.'] as const
  expect(ask('What is my phone number?', passport)).toEqual(UNKNOWN)
})
