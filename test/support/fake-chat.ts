import { seeded, type ChatAnswer, type FakeRequest } from './fake-vendor.ts'

/** Answers a fake vendor gives to the prompts of src/providers/prompts, well or badly. */

export interface ShownTurn {
  readonly position: number
  readonly speaker: string
  readonly said: string
  readonly at?: string
}

export interface ShownFact {
  readonly fact: number
  readonly says: string
  readonly at: string
  readonly known: readonly { readonly label: string; readonly says: string; readonly at: string }[]
}

/** What is asked, read back out of the quotation. */
export interface ChatTask {
  readonly kind: 'extract' | 'resolve' | 'summarise' | 'answer' | 'narrate'
  /** The lines of each quoted section, by its title. */
  readonly data: Readonly<Record<string, readonly unknown[]>>
  readonly turns: readonly ShownTurn[]
  readonly facts: readonly ShownFact[]
}

const TURNS = 'Turns to extract from'
const FACTS = 'New facts, each with the known memories that may be about the same'
const KINDS = [
  [TURNS, 'extract'],
  [FACTS, 'resolve'],
  ['The conversation', 'summarise'],
  ['The question', 'answer'],
] as const

export function chatTask(request: FakeRequest): ChatTask {
  const message = request.inputs.at(-1) ?? ''
  const boundary = /boundary of this message is (\w+)/.exec(message)?.[1] ?? ''
  const blocks = message.matchAll(
    new RegExp(`^(.+):\\nBEGIN ${boundary}\\n([\\s\\S]*?)\\nEND ${boundary}$`, 'gm'),
  )
  const data = Object.fromEntries(
    [...blocks].map(([, title = '', lines = '']) => [
      title,
      lines.split('\n').map((line): unknown => JSON.parse(line)),
    ]),
  )
  return {
    kind: KINDS.find(([title]) => data[title])?.[1] ?? 'narrate',
    data,
    turns: (data[TURNS] ?? []) as ShownTurn[],
    facts: (data[FACTS] ?? []) as ShownFact[],
  }
}

/** One fact of a turn, as a model would write it. */
export function rawFact(content: string, more: Record<string, unknown> = {}) {
  return {
    content,
    evidence: [],
    occurred_at: null,
    entities: [],
    relations: [],
    salience: 0.5,
    ...more,
  }
}

export interface ModelManners {
  /** What there is to know in a turn; the turn itself, said by its speaker, unless given. */
  readonly factsOf?: (turn: ShownTurn) => readonly string[]
  /** How a fact stands to what is known; new unless given. */
  readonly resolve?: (fact: ShownFact) => { relation: string; targets: readonly string[] }
}

/** Answers every prompt as a dutiful model would: one fact a turn, everything new. */
export function dutifulModel({ factsOf, resolve }: ModelManners = {}) {
  const sentences = factsOf ?? (({ speaker, said }) => [`${speaker} said: ${said}`])
  return (request: FakeRequest): string => {
    const { kind, turns, facts, data } = chatTask(request)
    switch (kind) {
      case 'extract':
        return JSON.stringify({
          facts: turns.flatMap((turn) =>
            sentences(turn).map((content) =>
              rawFact(content, { evidence: [{ position: turn.position, quote: turn.said }] }),
            ),
          ),
        })
      case 'resolve':
        return JSON.stringify({
          resolutions: facts.map((fact) => ({
            fact: fact.fact,
            ...(resolve?.(fact) ?? { relation: 'new', targets: [] }),
          })),
        })
      case 'summarise':
        return JSON.stringify({
          summary: `They spoke of ${(data['The conversation'] as ShownTurn[]).map(({ said }) => said).join(' ')}`,
        })
      case 'answer':
        return JSON.stringify({ known: true, answer: 'As remembered.', citations: ['m1'] })
      case 'narrate':
        return JSON.stringify({
          lines: [{ section: 'who', text: 'Somebody of whom much is known.', memories: ['m1'] }],
        })
    }
  }
}

export type Spoiling = 'cut' | 'truncated' | 'prose' | 'refusal' | 'other words'

/** Seeded: this share of the answers is spoilt, in the named ways in turn. */
export function spoilt(
  model: (request: FakeRequest) => string,
  { share, ways, seed = 1 }: { share: number; ways: readonly Spoiling[]; seed?: number },
) {
  const random = seeded(seed)
  let turn = 0
  return (request: FakeRequest): string | ChatAnswer => {
    const good = model(request)
    if (random() >= share) return good
    turn += 1
    return spoil(good, ways[turn % ways.length] ?? 'prose')
  }
}

export function spoil(good: string, way: Spoiling): ChatAnswer {
  switch (way) {
    case 'cut':
      return { content: good.slice(0, Math.floor(good.length * 0.8)), finish: 'length' }
    case 'truncated':
      return { content: good.slice(0, Math.floor(good.length * 0.8)) }
    case 'prose':
      return { content: 'Happy to help! There are several interesting facts in there.' }
    case 'refusal':
      return { content: null, refusal: 'I cannot help with that.' }
    case 'other words':
      return { content: good.replaceAll(' said: ', ' mentioned that ') }
  }
}
