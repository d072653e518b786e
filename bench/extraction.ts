import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Turn } from '../src/domain/transcript.ts'
import { createRulesModel } from '../src/providers/rules-model.ts'
import { isQuestion } from '../src/text/extraction/statement.ts'
import { sentencesOf } from '../src/text/extraction/sentences.ts'
import { keyTerms, shareIn } from '../src/text/extraction/terms.ts'
import type { Finding } from './measure.ts'

/**
 * What the built-in model makes of conversations for which people noted down what was told in each session, beside a naive picker:
 * the longest sentences, as many a session. Both are measured by their key terms against the notes of the same session.
 */

const LANGUAGE = 'en'
/** A fact speaks of the same as a note from this share of key terms on. */
const SAME = 0.4
const BARS = { factsATurn: 0.6, words: 25, covered: 0.6, supported: 0.55, sessionsASecond: 5 }

interface Session {
  readonly turns: readonly Turn[]
  readonly notes: readonly string[]
}

interface Score {
  readonly facts: number
  readonly words: number
  readonly longest: number
  readonly questions: number
  readonly covered: number
  readonly supported: number
}

/** @param path a LoCoMo conversation (JSON), or a folder of them */
export async function benchExtraction(path: string): Promise<Finding[]> {
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith('.json'))
        .map((name) => join(path, name))
    : [path]
  const findings = await Promise.all(files.toSorted().map(async (file) => await benchFile(file)))
  return findings.flat()
}

async function benchFile(file: string): Promise<Finding[]> {
  const sessions = readSessions(file)
  const turns = sessions.flatMap((session) => session.turns).length
  const began = performance.now()
  const picked = await extractAll(sessions)
  const seconds = (performance.now() - began) / 1_000
  const longest = sessions.map((session, at) => longestSentences(session, picked[at]?.length ?? 0))
  const [rules, naive] = [scoreOf(sessions, picked), scoreOf(sessions, longest)]
  const finding = (
    what: string,
    show: (score: Score) => string,
    { bar, holds }: { bar: string; holds: boolean },
  ): Finding => ({
    what: `${file.split('/').at(-1)}: ${what}`,
    measured: `${show(rules)}, naive ${show(naive)}`,
    bar,
    holds,
  })
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  const pace = sessions.length / seconds
  return [
    finding('facts a turn', ({ facts }) => (facts / turns).toFixed(2), {
      bar: `≤ ${BARS.factsATurn}`,
      holds: rules.facts / turns <= BARS.factsATurn,
    }),
    finding('words a fact, at most', ({ words, longest }) => `${words.toFixed(1)}, ${longest}`, {
      bar: `≤ ${BARS.words}`,
      holds: rules.longest <= BARS.words,
    }),
    finding('questions', ({ questions }) => `${questions}`, {
      bar: '0',
      holds: rules.questions === 0,
    }),
    finding('notes covered', ({ covered }) => percent(covered), {
      bar: `≥ ${percent(BARS.covered)}`,
      holds: rules.covered >= BARS.covered,
    }),
    finding('facts supported', ({ supported }) => percent(supported), {
      bar: `≥ ${percent(BARS.supported)}`,
      holds: rules.supported >= BARS.supported,
    }),
    {
      what: `${file.split('/').at(-1)}: sessions a second, of ${(turns / sessions.length).toFixed(0)} turns`,
      measured: pace.toFixed(1),
      bar: `≥ ${BARS.sessionsASecond}`,
      holds: pace >= BARS.sessionsASecond,
    },
  ]
}

async function extractAll(sessions: readonly Session[]): Promise<string[][]> {
  const model = createRulesModel()
  const picked: string[][] = []
  for (const { turns } of sessions) {
    const referenceTime = turns[0]?.at ?? new Date(0).toISOString()
    const { value } = await model.extractMemories(
      { turns, before: [], referenceTime, language: LANGUAGE },
      { priority: 'bulk' },
    )
    picked.push(value.map(({ content }) => content))
  }
  return picked
}

function longestSentences({ turns }: Session, count: number): string[] {
  return turns
    .flatMap(({ content }) => sentencesOf(content, LANGUAGE).map(({ text }) => text))
    .toSorted((a, b) => b.length - a.length)
    .slice(0, count)
}

function scoreOf(sessions: readonly Session[], picked: readonly (readonly string[])[]): Score {
  const facts = picked.flat()
  const words = facts.map((fact) => fact.split(/\s+/u).length)
  const notes = sessions.flatMap((session) => session.notes).length
  const matches = sessions.map(({ notes }, at) => matchesOf(notes, picked[at] ?? []))
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
  return {
    facts: facts.length,
    words: sum(words) / facts.length,
    longest: Math.max(...words),
    questions: facts.filter(isQuestion).length,
    covered: sum(matches.map(({ covered }) => covered)) / notes,
    supported: sum(matches.map(({ supported }) => supported)) / facts.length,
  }
}

function matchesOf(notes: readonly string[], facts: readonly string[]) {
  const noteTerms = notes.map((note) => keyTerms(note, LANGUAGE))
  const factTerms = facts.map((fact) => keyTerms(fact, LANGUAGE))
  const held = (one: ReadonlySet<string>, others: readonly ReadonlySet<string>[]) =>
    others.some((other) => shareIn(one, other) >= SAME)
  return {
    covered: noteTerms.filter((note) => held(note, factTerms)).length,
    supported: factTerms.filter((fact) => held(fact, noteTerms)).length,
  }
}

const said = z.array(z.object({ speaker: z.string(), text: z.string() }))
const noted = z.record(z.string(), z.array(z.tuple([z.string()]).rest(z.unknown())))

function readSessions(file: string): Session[] {
  const data = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, 'utf8')))
  return Object.keys(data)
    .filter((key) => /^session_\d+$/u.test(key))
    .map((key) => {
      const at = momentOf(z.string().parse(data[`${key}_date_time`]))
      const notes = noted.parse(data[`${key}_observation`] ?? {})
      return {
        turns: said.parse(data[key]).map(({ speaker, text }, position) => ({
          position,
          role: 'user',
          name: speaker,
          content: text,
          at,
        })),
        notes: Object.values(notes).flatMap((list) => list.map(([note]) => note)),
      }
    })
}

/** "1:56 pm on 8 May, 2023" */
function momentOf(said: string): string {
  const [time = '', day = ''] = said.split(' on ')
  return new Date(`${day} ${time} UTC`).toISOString()
}
