import { writeFile } from 'node:fs/promises'
import type { ApiClient } from '../client.ts'
import type { CliContext } from '../context.ts'
import { factsResult, printFacts, runFacts, userOf } from './facts.ts'
import { readPairs, readPeople, readTranscripts, type Half } from './gold-sets.ts'
import type { Running } from './load-gold.ts'
import {
  askPerson,
  buildContexts,
  judgePairs,
  pairUser,
  printPerson,
  storePerson,
  writeNarrative,
} from './person.ts'
import {
  judgeAnswer,
  personResult,
  placeOf,
  type AskedQuestion,
  type BuiltContext,
  type JudgedNarrative,
} from './person-score.ts'
import { removeUsers } from './remove-users.ts'
import { DONE, INTERRUPTED, interruption, writeJson } from '../io.ts'

/** The sets in eval/, and what `memoir eval` prints of them. */
export const SETS = ['facts', 'person'] as const

interface SetEvaluation {
  readonly client: ApiClient
  readonly context: CliContext
  readonly namespace: string
  readonly set: (typeof SETS)[number]
  readonly half: Half
  readonly json?: boolean
  readonly rankings?: string
}

export async function evaluateSet(evaluation: SetEvaluation): Promise<void> {
  const { client, context, namespace, set } = evaluation
  const { io } = context
  using interrupted = interruption(io)
  const running = { client, io, interrupted }
  const users = await (set === 'facts' ? evaluateFacts : evaluatePerson)(running, evaluation)
  await removeUsers(client, { users, namespace, io })
  context.exit(interrupted.signal.aborted ? INTERRUPTED : DONE)
}

/** @returns the users that were made */
async function evaluateFacts(
  running: Running,
  { half, json, rankings, context }: SetEvaluation,
): Promise<string[]> {
  const transcripts = await readTranscripts(half)
  const scored = await runFacts(running, transcripts)
  if (rankings !== undefined) await writeFile(rankings, jsonLines(scored))
  const result = factsResult(scored)
  if (json) writeJson(context.io.stdout, result)
  else printFacts(result, context.io)
  return transcripts.map(userOf)
}

/** @returns the users that were made */
async function evaluatePerson(
  running: Running,
  { half, json, rankings, context }: SetEvaluation,
): Promise<string[]> {
  const people = await readPeople(half)
  const gold = await readPairs(half)
  const asked: AskedQuestion[] = []
  const contexts: BuiltContext[] = []
  const narratives: JudgedNarrative[] = []
  for (const person of people) {
    await storePerson(running, person)
    asked.push(...(await askPerson(running, person)))
    contexts.push(...(await buildContexts(running, person)))
    narratives.push(await writeNarrative(running, person))
  }
  const pairs = await judgePairs(running, gold)
  if (rankings !== undefined) {
    const questions = asked.map((one) => ({
      ...one,
      place: placeOf(one),
      verdict: judgeAnswer(one),
    }))
    await writeFile(
      rankings,
      jsonLines([...questions, ...contexts, ...narratives, ...pairs.filter((one) => one.demoted)]),
    )
  }
  const result = personResult({ asked, contexts, narratives, pairs })
  if (json) writeJson(context.io.stdout, result)
  else printPerson(result, context.io)
  return [...people.map(({ person }) => person), ...gold.map(pairUser)]
}

const jsonLines = (items: readonly unknown[]) =>
  items.map((item) => `${JSON.stringify(item)}\n`).join('')
