import { expect, test } from 'vitest'
import { categoryByWords } from '../../src/text/steering/categories.ts'
import { maskSecrets, unmaskedSecrets } from '../../src/text/steering/masks.ts'
import { findTouched } from '../../src/text/steering/never.ts'

const touches = (never: string, text: string, language = 'en') =>
  findTouched([never])(text, language) === never

test.each([
  ['health', 'The user is allergic to penicillin.', 'en'],
  ['Health', 'The user has had two surgeries.', 'en'],
  ['health', 'User: Ich habe Diabetes.', 'de'],
  ['health', '用户对青霉素过敏。', 'zh'],
  ['Gesundheit', 'The user has a migraine.', 'en'],
  ['medical conditions', 'The user has asthma.', 'en'],
  ['anything about the user’s political views', 'The user votes for the Greens.', 'en'],
  ['salary', 'The user earns 5,000 euros a month.', 'en'],
  ['salary', 'User: Mi sueldo es de 2.000 euros.', 'es'],
  ['salaries', 'User: Meine Gehaltserhöhung kam im Mai.', 'de'],
  ['health and finances', 'The user owes the bank money.', 'en'],
  ['passwords', 'The user’s wifi password is Sommer2024!', 'en'],
  ['email address', 'Reach Jo at jo@example.com.', 'en'],
  ['religion', 'User: Je suis musulmane.', 'fr'],
  ['zdrowie', 'User: Moje zdrowie jest słabe.', 'pl'],
  ['project Apollo', 'The user works on the projects of Apollo.', 'en'],
  ['Anna’s health', 'Anna has asthma.', 'en'],
  ['C++', 'The user codes in C++ daily.', 'en'],
  ['([', 'The user writes ([ a lot.', 'en'],
  ['🎰', 'The user likes 🎰.', 'en'],
])('"%s" is touched by: %s', (never, text, language) => {
  expect(touches(never, text, language)).toBe(true)
})

test.each([
  ['health', 'The user lives in Oslo.', 'en'],
  ['politics', 'User: Je suis parti à Lyon.', 'fr'],
  ['religion', 'User: Ich glaube, es regnet.', 'de'],
  ['substances', 'User: Sie sucht eine Wohnung.', 'de'],
  ['health', 'User: Tengo una receta de tortilla.', 'es'],
  ['Anna’s health', 'Anna lives in Berlin.', 'en'],
  ['project Apollo', 'The user works on a project.', 'en'],
  ['he', 'The house is there.', 'en'],
  ['.*', 'The user lives in Oslo.', 'en'],
  ['(a+)+$', `The user says ${'a'.repeat(2_000)}!`, 'en'],
  ['money', 'The user pays attention in class.', 'en'],
])('"%s" is not touched by: %s', (never, text, language) => {
  expect(touches(never, text, language)).toBe(false)
})

test('of several topics the one that is touched is named; of none nothing is', () => {
  expect(findTouched(['politics', 'health'])('The user has asthma.', 'en')).toBe('health')
  expect(findTouched([])('The user has asthma.', 'en')).toBeUndefined()
})

test.each([
  ['My card is 4111 1111 1111 1111.', 'My card is [card number].'],
  ['The password for the wifi is Sommer2024!', 'The password for the wifi is [password]!'],
  ['My PIN is 4821 and I live in Oslo.', 'My PIN is [code] and I live in Oslo.'],
  ['My passport number is X1234567.', 'My passport number is [document number].'],
  ['I live in Oslo.', 'I live in Oslo.'],
])('%s is masked, and masking again changes nothing', (text, masked) => {
  expect(maskSecrets(text)).toBe(masked)
  expect(maskSecrets(masked)).toBe(masked)
  expect(unmaskedSecrets(masked)).toEqual([])
})

test('a text as long as a book is looked through to its end, and in time', () => {
  const page = 'Die Straßenbahn fährt am Fluss entlang und hält an der alten Burg. '.repeat(15_000)
  const topics = ['Gesundheit', 'Geld', 'Religion', 'Politik', 'Herkunft', 'Familie', 'Haustiere']
  const began = performance.now()

  expect(findTouched(topics)(page, 'de')).toBeUndefined()
  expect(findTouched(topics)(`${page} Mein Gehalt stieg.`, 'de')).toBe('Geld')
  expect(maskSecrets(`${page} The wifi password is Sommer2024!`)).toBe(
    `${page} The wifi password is [password]!`,
  )
  // Quadratic work would take minutes.
  expect(performance.now() - began).toBeLessThan(30_000)
})

test('words say the category: those of its name, of its description, and of what it is about', () => {
  const category = categoryByWords([
    { name: 'work', description: 'employer, colleagues, projects' },
    { name: 'health', description: '' },
    { name: 'hobbies', description: 'music and games' },
  ])
  expect(category('The user got a job at Acme.', 'en')).toBe('work')
  expect(category('The user’s project is called Apollo.', 'en')).toBe('work')
  expect(category('The user has asthma.', 'en')).toBe('health')
  expect(category('User: Ich habe Asthma.', 'de')).toBe('health')
  expect(category('The user plays music on weekends.', 'en')).toBe('hobbies')
  expect(category('The user likes tea.', 'en')).toBeNull()
  expect(categoryByWords([])('The user has asthma.', 'en')).toBeNull()
})
