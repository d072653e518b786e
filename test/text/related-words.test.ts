import { describe, expect, it } from 'vitest'
import { lexemesOf, queryLexemes, queryWords } from '../../src/text/tokens.ts'

const related = (question: string, languages: readonly string[]) => {
  const { lexemes, shares } = queryWords(question, languages)
  return new Set(lexemes.filter((_, at) => (shares[at] ?? 1) < 1))
}

describe('words that an answer uses instead of those of the question', () => {
  it.each([
    ['Where do I live?', 'We moved to Quarry Row.', 'en'],
    ['Who is my employer?', 'I was hired by the harbour office.', 'en'],
    ['Which car do we drive?', 'We bought a Volvo.', 'en'],
    ['Wo wohne ich?', 'Umzug geschafft.', 'de'],
    ['¿Dónde vivo?', 'Nos dieron el piso nuevo.', 'es'],
    ['Où est-ce que j’habite ?', 'On a déménagé à Lille.', 'fr'],
    ['我住在哪里？', '我们搬到了杭州。', 'zh'],
    ['أين أسكن؟', 'انتقلت إلى بيروت', 'ar'],
  ])('%s is answered by %s', (question, answer, language) => {
    const said = new Set(lexemesOf(answer, language))
    expect(related(question, [language]).isDisjointFrom(said)).toBe(false)
  })

  it('looks in the languages of the memories too', () => {
    const said = new Set(lexemesOf('Umzug geschafft.', 'de'))
    expect(related('Where do I live?', ['en', 'de']).isDisjointFrom(said)).toBe(false)
    expect(related('Where do I live?', ['en']).isDisjointFrom(said)).toBe(true)
  })

  it('adds nothing to a question about another matter', () => {
    expect(related('What did Ansgar say about the bees?', ['en'])).toEqual(new Set())
  })

  it('are no words of the question itself', () => {
    const own = queryLexemes('Where do I live?', ['en'])
    expect(own).toEqual(lexemesOf('live', 'en'))
  })
})
