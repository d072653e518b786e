import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ownStatements } from '../../src/text/statements.ts'

const said = (text: string, language = 'en') =>
  ownStatements(text, { language }).map((statement) => statement.text)

describe('what somebody states of themselves', () => {
  test.each([
    ['en', 'Hi! I live in Porto. How are you?', 'I live in Porto.'],
    ['en', 'Please remember that my locker code is 4411.', 'my locker code is 4411.'],
    ['en', 'Well, by the way, my sister Anna is a doctor.', 'my sister Anna is a doctor.'],
    ['en', 'Invoice 2025-117 is due in May.', 'Invoice 2025-117 is due in May.'],
    ['de', 'Hallo! Ich bin Vegetarier. Wie geht es dir?', 'Ich bin Vegetarier.'],
    ['es', 'Hola. Soy alérgica a las nueces.', 'Soy alérgica a las nueces.'],
    ['fr', "J'habite à Lyon. Aide-moi à écrire un mail.", "J'habite à Lyon."],
    ['zh', '我叫王明，住在北京。请帮我写一封信。', '我叫王明，住在北京。'],
    ['ar', 'اسمي أحمد وأعيش في القاهرة. هل تعرف مطعما؟', 'اسمي أحمد وأعيش في القاهرة.'],
  ])('%s %s', (language, text, statement) => {
    expect(said(text, language)).toEqual([statement])
  })

  test.each([
    ['en', 'Where do I live? Can you help me? Write me a poem. Thanks a lot!'],
    ['en', 'If I lived in Rome, I would buy a scooter. I might move. I wish I had a dog.'],
    ['en', 'Imagine I were a pilot. I fly to Oslo every week.'],
    ['en', 'Pretend you are my doctor. I have a rash.'],
    ['de', 'Wenn ich reich wäre, würde ich reisen. Hilf mir, damit ich lerne.'],
    ['es', 'Si tuviera dinero, viviría en Roma. Ayúdame con mi carta.'],
    ['fr', "Si j'étais riche, je voyagerais. Est-ce que je peux venir ?"],
    ['zh', '如果我有钱，我会旅行。我能来吗？'],
    ['ar', 'لو كنت غنيا لسافرت. هل يمكنني الحضور؟'],
  ])('nothing: %s %s', (language, text) => {
    expect(said(text, language)).toEqual([])
  })

  test.each([
    ['en', 'My name is Tobias, I live in Graz and I like tea.', 3],
    ['en', 'My husband and I live in Graz.', 1],
    ['en', 'I think I live in the best town, and I hope I stay.', 1],
    ['de', 'Ich wohne in Berlin und ich arbeite bei Siemens.', 2],
    ['es', 'Vivo en Madrid y trabajo en Telefónica.', 2],
    ['fr', "J'habite à Lyon et je travaille chez Michelin.", 2],
    ['zh', '我叫王明，我住在北京。', 2],
  ])('each main clause is a statement: %s %s', (language, text, parts) => {
    expect(said(text, language)).toHaveLength(parts)
  })

  test('a language of its own inside a conversation in another', () => {
    expect(said('Ich wohne seit zwölf Jahren mit meiner Familie in Graz.', 'en')).toHaveLength(1)
  })
})

const OTHERS = 'My name is Agnes and I live alone in Whitby.'

describe('of what somebody else says, nothing', () => {
  test.each([
    `Please correct this letter:\n\nDear Sir,\n${OTHERS}\nYours, Agnes\n\nIt is for a client.`,
    `My boss wrote: "${OTHERS}" What do I answer?`,
    `My boss wrote:\n${OTHERS}`,
    `Rewrite this in a formal tone:\n${OTHERS}`,
    `Translate into French: ${OTHERS}`,
    `Can you shorten the following? ${OTHERS}`,
    `Bitte übersetze das:\n\n${OTHERS}`,
    `Corrige este texto: ${OTHERS}`,
    `Traduis ce texte :\n${OTHERS}`,
    `请翻译下面这段话：\n${OTHERS}`,
    `ترجم هذا النص:\n${OTHERS}`,
    `${OTHERS}\n\nPlease summarise the text above.`,
    `Dear Sir or Madam,\n${OTHERS}\nKind regards\nAgnes`,
    `> ${OTHERS}\n`,
    `\`\`\`\n${OTHERS}\n\`\`\``,
    `Tom: Hi\nAgnes: ${OTHERS}\nTom: Nice`,
    `<email>\n${OTHERS}\n</email>`,
    `Here is what you know about me:\n<memories>\n[1] 2026-01-03 user: ${OTHERS}\n</memories>\n`,
    `  <memories>\n  [1] 2026-01-03 user: ${OTHERS}\n  [2] 2026-01-04 Tom: ${OTHERS}\n`,
    `> <memories>\n> 1. 2026-01-03 (fact, id 7): "${OTHERS}"\n> </memories>`,
    `<memories>\n<memories>\n[1] 2026-01-03 user: x\n</memories>\n${OTHERS}\n</memories>`,
    `assistant: ${OTHERS}`,
    `„${OTHERS}“, «${OTHERS}», “${OTHERS}”`,
  ])('%s', (text) => {
    expect(said(text).filter((statement) => /Whitby|Agnes/u.test(statement))).toEqual([])
    // What is said outside counts as before.
    expect(said(`I work as a gardener.\n\n${text}`).slice(0, 1)).toEqual(
      text.endsWith('above.') ? [] : ['I work as a gardener.'],
    )
  })

  test('the user speaks again after it', () => {
    const block = `<memories>\n[1] 2026-01-03 user: ${OTHERS}\n</memories>\n\n`
    expect(said(`${block}My parcel 3 holds candles.`)).toEqual(['My parcel 3 holds candles.'])
    expect(said(`Translate into French: ${OTHERS}\n\nI am vegan.`)).toEqual(['I am vegan.'])
    expect(
      said(`Let us play: pretend you are Agnes. ${OTHERS} End of the game. I am vegan.`),
    ).toEqual(['I am vegan.'])
  })

  test('however it is quoted', () => {
    const marks = fc.constantFrom(
      ['"', '"'],
      ['“', '”'],
      ['„', '“'],
      ['«', '»'],
      ['「', '」'],
      ['```\n', '\n```'],
    )
    fc.assert(
      fc.property(marks, fc.nat(3), ([open = '', close = ''], lines) => {
        const inner = Array.from({ length: lines + 1 }, () => OTHERS).join('\n')
        const found = said(`She said ${open}${inner}${close}\n\nI am vegan.`)
        expect(found).toEqual(['I am vegan.'])
      }),
    )
  })
})

test.each([
  ['a program', "why?\n# I live in Rome\ntz = 'x'\nprint(name)  # my name is Ana"],
  ['SQL', "INSERT INTO people VALUES ('Rita', 'I live in Madrid');"],
  ['a scenario', 'Given I am a nurse\nWhen I open my cart\nThen I see three items'],
  ['a user story', 'As a nurse, I want to see my shifts so that I can swap them.'],
  ['a monologue', 'Write me a monologue: I was born in a lighthouse, I have two sisters.'],
  ['a part', "You are a waiter. I'm a guest with a nut allergy."],
  ['a rehearsal', "Let's improvise a scene, I'm your ex and I live in Oslo."],
  ['an interview', "Help me practise for the visa interview, I'm a nurse from Manila."],
  [
    'a text after a remark',
    'Can you put this into proper English? it is for our site\n\nI am Raul, I live in Cadiz.',
  ],
])('nothing of %s', (_, text) => {
  expect(said(text).join()).not.toMatch(/Rome|Ana|Madrid|nurse|items|lighthouse|allergy|Oslo|Cadiz/)
})

test('what only looks like a program is said', () => {
  expect(said('for context: I live in Rome and my kids are 5 and 8.')).not.toEqual([])
  expect(said('# About me\nI live in Oslo.')).toEqual(['I live in Oslo.'])
  expect(said('from now on I eat no meat.')).toEqual(['from now on I eat no meat.'])
})

test('a sentence before an emoji ends with no half of it', () => {
  for (const text of ['I grew up in Soria 🎉 I have a dog.', 'I like tea 👩‍🚀Now I bake.']) {
    expect(said(text).every((one) => one.isWellFormed())).toBe(true)
  }
})

test('statements are parts of the message, in order', () => {
  const piece = fc.constantFrom(
    OTHERS,
    'I am vegan. ',
    '"',
    '`',
    '\n',
    '> ',
    '<memories>',
    '</',
    ': ',
    '我住在上海。',
    '👩‍👩‍👧',
  )
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.array(piece, { maxLength: 20 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (message) => {
      let before = 0
      for (const { text: found, start, end } of ownStatements(message, { language: 'en' })) {
        expect(message.slice(start, end)).toBe(found)
        expect(start).toBeGreaterThanOrEqual(before)
        before = end
      }
    }),
  )
})
