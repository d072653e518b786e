import type {
  Candidate,
  ExtractedFact,
  LanguageModel,
  ModelAnswer,
  Resolution,
} from '../../src/providers/language-model.ts'

/** A language model whose answers the test writes, and that counts what it is asked. */
export interface ScriptedModel extends LanguageModel {
  /** Contents of all turns it was asked to extract from, request by request. */
  readonly extracted: string[][]
  readonly resolved: { readonly content: string; readonly candidates: readonly Candidate[] }[]
  readonly summarised: string[][]
}

export interface Script {
  /** What a fact is to its candidates; `new` when nothing is said. */
  readonly resolve?: (content: string, candidates: readonly Candidate[]) => Resolution
  /** Called with the contents that facts are asked of; what it throws is the answer. */
  readonly refuses?: (contents: readonly string[]) => void
  /** Thrown, or waited for, before each answer. */
  readonly before?: (method: string) => void | Promise<void>
}

const NEW: Resolution = { relation: 'new', targets: [] }

const said = <T>(value: T): ModelAnswer<T> => ({ value, promptVersion: 'script-1' })

/** Every line of a turn that begins with "fact:" is a fact; words in brackets are its people. */
export function createScriptedModel({
  resolve = () => NEW,
  refuses,
  before,
}: Script = {}): ScriptedModel {
  const extracted: string[][] = []
  const resolved: ScriptedModel['resolved'] = []
  const summarised: string[][] = []
  return {
    identity: { provider: 'openai', model: 'scripted' },
    extracted,
    resolved,
    summarised,
    async extractMemories({ turns }) {
      await before?.('extractMemories')
      const contents = turns.map(({ content }) => content)
      refuses?.(contents)
      extracted.push(contents)
      return said(turns.flatMap(({ position, content }) => factsIn(position, content)))
    },
    async resolve({ facts }) {
      await before?.('resolve')
      resolved.push(...facts)
      return said(facts.map(({ content, candidates }) => resolve(content, candidates)))
    },
    async summarise({ turns }) {
      await before?.('summarise')
      summarised.push(turns.map(({ content }) => content))
      return said(`Summary of ${turns.length} turns: ${turns.at(-1)?.content.slice(0, 40) ?? ''}`)
    },
    answer: async () => await Promise.resolve(said({ known: false, answer: '', citations: [] })),
    narrate: async () => await Promise.resolve(said({ lines: [] })),
  }
}

function factsIn(position: number, content: string): ExtractedFact[] {
  return content
    .split('\n')
    .filter((line) => line.startsWith('fact:'))
    .map((line) => {
      const text = line.slice('fact:'.length).trim()
      const people = [...text.matchAll(/\[(\w+)\]/g)].map(([, name = '']) => name)
      return {
        content: text.replaceAll(/[[\]]/g, ''),
        evidence: [{ position, quote: line }],
        occurredAt: null,
        entities: people.map((value) => ({
          type: 'person' as const,
          value,
          normalized: value.toLowerCase(),
          confidence: 0.9,
          source: 'model' as const,
        })),
        relations: [],
        salience: 0.5,
      }
    })
}
