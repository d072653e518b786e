import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { Turn } from '../src/domain/transcript.ts'
import { createRulesModel } from '../src/providers/rules-model.ts'
import { sentencesOf } from '../src/text/extraction/sentences.ts'
import { keyTerms, shareIn } from '../src/text/extraction/terms.ts'
import type { Finding } from './measure.ts'

/**
 * What the built-in model makes of conversations for which people noted down what was told in each session, beside a naive picker:
 * the longest sentences, as many a session, as they stand and with the name of who said them. All are measured by their key terms
 * against the notes of the same session.
 */

const LANGUAGE = 'en'
/** A fact speaks of the same as a note from this share of key terms on. */
const SAME = 0.4
const SESSIONS_A_SECOND = 5

interface Session {
  readonly turns: readonly Turn[]
  readonly notes: readonly string[]
}

interface Score {
  readonly turns: number
  readonly facts: number
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
  const findings: Finding[] = []
  for (const file of files.toSorted()) findings.push(...(await benchFile(file)))
  return findings
}

/** What is measured of the rules and of the naive picker; the bar is the rules' alone. */
const MEASURES: readonly {
  readonly what: string
  readonly of: (score: Score) => number
  readonly show: (value: number) => string
  readonly bar: string
  readonly holds: (value: number) => boolean
}[] = [
  {
    what: 'facts a turn',
    of: ({ facts, turns }) => facts / turns,
    show: (value) => value.toFixed(2),
    bar: 'none: each statement is one',
    holds: () => true,
  },
  {
    what: 'questions',
    of: ({ questions }) => questions,
    show: String,
    bar: '0',
    holds: (value) => value === 0,
  },
  {
    what: 'notes covered',
    of: ({ covered }) => covered,
    show: percent,
    bar: '≥ 60 %',
    holds: (value) => value >= 0.6,
  },
  {
    what: 'facts supported',
    of: ({ supported }) => supported,
    show: percent,
    bar: '≥ 55 %',
    holds: (value) => value >= 0.55,
  },
]

async function benchFile(path: string): Promise<Finding[]> {
  const file = basename(path)
  const sessions = readSessions(path)
  const picked = await extractAll(sessions)
  const longest = sessions.map((session, at) => longestSentences(session, picked[at]?.length ?? 0))
  const [rules, naive] = [scoreOf(sessions, picked), scoreOf(sessions, longest.map(plain))]
  const named = scoreOf(sessions, longest.map(withNames))
  const findings = MEASURES.map(({ what, of, show, bar, holds }) => ({
    what: `${file}: ${what}`,
    measured: `${show(of(rules))}, naive ${show(of(naive))}, naive with names ${show(of(named))}`,
    bar,
    holds: holds(of(rules)),
  }))
  return [...findings, await benchPace(file, sessions)]
}

/** Warm, by the processor's clock: whatever else the machine does takes no part. */
async function benchPace(file: string, sessions: readonly Session[]): Promise<Finding> {
  const began = process.cpuUsage()
  await extractAll(sessions)
  const { user, system } = process.cpuUsage(began)
  const pace = sessions.length / ((user + system) / 1_000_000)
  const turns = sessions.flatMap((session) => session.turns).length / sessions.length
  return {
    what: `${file}: sessions a second of one core`,
    measured: `${pace.toFixed(1)}, of ${turns.toFixed(0)} turns`,
    bar: `≥ ${SESSIONS_A_SECOND}`,
    holds: pace >= SESSIONS_A_SECOND,
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
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

interface Said {
  readonly name: string | null
  readonly text: string
}

function longestSentences({ turns }: Session, count: number): Said[] {
  return turns
    .flatMap(({ name, content }) =>
      sentencesOf(content, LANGUAGE).map(({ text }) => ({ name, text })),
    )
    .toSorted((a, b) => b.text.length - a.text.length)
    .slice(0, count)
}

const plain = (sentences: readonly Said[]) => sentences.map(({ text }) => text)

/** Notes name whom they are of; so does this, or half of what the rules do would be that alone. */
const withNames = (sentences: readonly Said[]) =>
  sentences.map(({ name, text }) => `${name}: ${text}`)

function scoreOf(sessions: readonly Session[], picked: readonly (readonly string[])[]): Score {
  const facts = picked.flat()
  const notes = sessions.flatMap((session) => session.notes).length
  const matches = sessions.map(({ notes }, at) => matchesOf(notes, picked[at] ?? []))
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
  return {
    turns: sessions.flatMap((session) => session.turns).length,
    facts: facts.length,
    questions: facts.filter((fact) => /[?？]$/u.test(fact)).length,
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
