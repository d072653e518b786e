import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import { MemoirError } from '../../errors.ts'
import { matcher } from './matcher.ts'

/** The two evaluation sets in eval/: transcripts with the facts they hold, and people with questions about them. */

/** One half is for development, the other says how well that generalises. */
export type Half = 'dev' | 'held' | 'all'

const half = z.enum(['dev', 'held'])
const at = z.iso.datetime()

const turn = z.object({ role: z.enum(['user', 'assistant']), content: z.string() })
const session = z.object({ at, turns: z.array(turn).min(1) })

/** Why a statement must never become a fact. */
export const WRONG = [
  'person',
  'date',
  'corrupted',
  'unsaid',
  'hypothetical',
  'question',
  'quoted',
  'pasted',
  'assistant',
  'roleplay',
  'context',
] as const

const transcript = z.object({
  id: z.string(),
  half,
  kind: z.string(),
  user_name: z.string().optional(),
  sessions: z.array(session).min(1),
  must: z.array(z.object({ says: matcher, date: z.string().optional() })),
  may: z.array(matcher),
  never: z.array(z.object({ says: matcher, why: z.enum(WRONG) })),
  now: z.array(z.object({ ask: z.string(), holds: matcher, over: matcher })).optional(),
})
const transcriptFile = z.object({ language: z.string(), transcripts: z.array(transcript) })
export type GoldTranscript = z.infer<typeof transcript> & { readonly language: string }

const question = z.object({
  id: z.string(),
  half,
  kind: z.string(),
  q: z.string(),
  right: matcher.optional(),
  outdated: matcher.optional(),
  answer: matcher.optional(),
  wrong: matcher.optional(),
})
export type GoldQuestion = z.infer<typeof question>

const person = z.object({
  person: z.string(),
  name: z.string(),
  language: z.string(),
  notes: z.array(z.object({ id: z.string(), at, content: z.string() })),
  sessions: z.array(session.extend({ id: z.string() })),
  questions: z.array(question),
  contexts: z.array(
    z.object({ half, q: z.string(), must: z.array(matcher), never: z.array(matcher) }),
  ),
  narrative: z.object({
    must: z.array(z.object({ half, says: matcher })),
    never: z.array(z.object({ half, says: matcher, why: z.string() })),
  }),
})
export type GoldPerson = z.infer<typeof person>

const pair = z.object({
  id: z.string(),
  half,
  language: z.string(),
  older: z.string(),
  newer: z.string(),
  ask: z.string(),
})
const pairFile = z.object({ pairs: z.array(pair) })
export type GoldPair = z.infer<typeof pair>

const FACTS = new URL('../../../eval/facts/', import.meta.url)
const PERSON = new URL('../../../eval/person/', import.meta.url)
const PAIRS = 'pairs.json'

const inHalf =
  (wanted: Half) =>
  (item: { readonly half: 'dev' | 'held' }): boolean =>
    wanted === 'all' || item.half === wanted

export async function readTranscripts(wanted: Half): Promise<GoldTranscript[]> {
  const files = await readAll(FACTS, transcriptFile)
  return files.flatMap(({ value: { language, transcripts } }) =>
    transcripts.filter(inHalf(wanted)).map((one) => ({ ...one, language })),
  )
}

/** Notes and sessions of a person are stored whole; what is asked of them is of one half. */
export async function readPeople(wanted: Half): Promise<GoldPerson[]> {
  const files = await readAll(PERSON, person, (name) => name !== PAIRS)
  const keep = inHalf(wanted)
  return files.map(({ value }) => ({
    ...value,
    questions: value.questions.filter(keep),
    contexts: value.contexts.filter(keep),
    narrative: {
      must: value.narrative.must.filter(keep),
      never: value.narrative.never.filter(keep),
    },
  }))
}

export async function readPairs(wanted: Half): Promise<GoldPair[]> {
  const files = await readAll(PERSON, pairFile, (name) => name === PAIRS)
  return files.flatMap(({ value }) => value.pairs.filter(inHalf(wanted)))
}

async function readAll<Shape extends z.ZodType>(
  folder: URL,
  shape: Shape,
  only: (name: string) => boolean = () => true,
): Promise<{ readonly value: z.infer<Shape> }[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json') && only(name))
  return await Promise.all(
    names.toSorted().map(async (name) => {
      const parsed = shape.safeParse(JSON.parse(await readFile(new URL(name, folder), 'utf8')))
      if (parsed.success) return { value: parsed.data }
      const [issue] = parsed.error.issues
      const where = `${basename(folder.pathname)}/${name}: ${issue?.path.join('.') ?? ''}`
      throw new MemoirError('invalid_request', `${where} ${issue?.message ?? ''}`)
    }),
  )
}
