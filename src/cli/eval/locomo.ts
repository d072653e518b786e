import { z } from 'zod'
import { MemoirError } from '../../errors.ts'
import type { Conversation } from '../../client/work.ts'
import type { EvalChat, EvalQuestion } from './chats.ts'

/**
 * LoCoMo (Maharana et al., 2024): two people talking over months, as sessions with a date, and questions whose evidence are turns.
 * Read as published (a list of samples) and with one sample's fields at the top of the file.
 */

const turn = z.looseObject({
  speaker: z.string().min(1),
  dia_id: z.string().min(1),
  text: z.string(),
  blip_caption: z.string().nullish(),
})

const question = z.looseObject({
  question: z.string().min(1),
  category: z.number(),
  evidence: z.array(z.string()).nullish(),
})

const sample = z.looseObject({
  sample_id: z.string().optional(),
  conversation: z.record(z.string(), z.unknown()).optional(),
  qa: z.array(question),
})

export const isLocomo = (value: unknown): boolean =>
  sample.safeParse(Array.isArray(value) ? value[0] : value).success

/** @throws MemoirError `invalid_request` naming what is not as it should be */
export function readLocomo(value: unknown, fileName: string): EvalChat[] {
  const samples = (Array.isArray(value) ? value : [value]).map((each) => parse(sample, each))
  return samples.map((each) => {
    const name = each.sample_id ?? fileName
    const talk = each.conversation ?? each
    const conversations = sessionsOf(talk).map(({ number, at, turns }): Conversation => {
      const messages = turns.map((said, position) => ({
        id: said.dia_id,
        role: 'user',
        name: said.speaker,
        content: textOf(said),
        created_at: new Date(at.getTime() + position * TURN_MS).toISOString(),
        position,
      }))
      return {
        id: `${name}/${number}`,
        user_id: name,
        title: null,
        created_at: at.toISOString(),
        updated_at: messages.at(-1)?.created_at ?? at.toISOString(),
        messages,
      }
    })
    const known = new Set(conversations.flatMap(({ messages }) => messages.map(({ id }) => id)))
    return { name, user: name, conversations, questions: questionsOf(each.qa, known) }
  })
}

/** Turns of a session have one time; a minute apart keeps their order. */
const TURN_MS = 60_000

function textOf({ text, blip_caption: caption }: z.infer<typeof turn>): string {
  return caption ? `${text} [image: ${caption}]` : text
}

function sessionsOf(talk: Readonly<Record<string, unknown>>) {
  return Object.keys(talk)
    .flatMap((key) => /^session_(\d+)$/.exec(key)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b)
    .map((number) => ({
      number,
      at: dateOf(talk[`session_${number}_date_time`]),
      turns: parse(z.array(turn), talk[`session_${number}`]),
    }))
    .filter(({ turns }) => turns.length > 0)
}

const MONTHS =
  'january february march april may june july august september october november december'
const WRITTEN = /^(\d{1,2}):(\d{2}) ([ap]m) on (\d{1,2}) (\w+), (\d{4})$/i

/** "1:56 pm on 8 May, 2023", taken for UTC. */
function dateOf(written: unknown): Date {
  const [, hour, minute, half, day, month, year] =
    WRITTEN.exec(typeof written === 'string' ? written.trim() : '') ?? []
  const at = MONTHS.split(' ').indexOf(month?.toLowerCase() ?? '')
  if (at === -1) throw wrong(`session date: ${String(written)}`)
  const hours = (Number(hour) % 12) + (half?.toLowerCase() === 'pm' ? 12 : 0)
  return new Date(Date.UTC(Number(year), at, Number(day), hours, Number(minute)))
}

/** Evidence is written in several ways: "D8:6; D9:17" is two, "D30:05" is D30:5. What names no turn is dropped, and so are questions left without. */
function questionsOf(
  given: readonly z.infer<typeof question>[],
  known: ReadonlySet<string>,
): EvalQuestion[] {
  return given.flatMap(({ question: text, category, evidence }, index) => {
    const ids = (evidence ?? []).flatMap((each) =>
      [...each.matchAll(/D:?(\d+):(\d+)/g)].map(([, a, b]) => `D${Number(a)}:${Number(b)}`),
    )
    const found = new Set(ids.filter((id) => known.has(id)))
    return found.size === 0 ? [] : [{ index, text, category: String(category), evidence: found }]
  })
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw wrong(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
}

const wrong = (what: string) => new MemoirError('invalid_request', `Not as LoCoMo has it. ${what}`)
