import { execFile } from 'node:child_process'
import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { processEnvironment } from '../src/process-environment.ts'
import { DEFAULT_MODEL } from '../src/providers/default-model.ts'
import { thisMachine } from '../src/stack/programs.ts'
import type { EmbeddingRun } from './embedding-process.ts'
import { ms, percentile, type Finding } from './measure.ts'

const SCRIPT = fileURLToPath(new URL('embedding-process.ts', import.meta.url))
/** Of each figure the best run counts: the others measure what else the machine had to do. */
const ROUNDS = 3
const QUESTION_MS = 8
const MESSAGES_A_SECOND = 30
const HELD_UP_MS = 50
const MEMORY_MB = 200

/** The embedding model that `memoir up` brings along: its bars, and both runtimes side by side. */
export async function benchEmbedding(): Promise<Finding[]> {
  const folder = join(thisMachine(processEnvironment()).models, DEFAULT_MODEL.folder)
  if (!existsSync(folder)) return [absent(`the model, in ${folder}: scripts/install-model.sh`)]
  const node = await runsOf('node', folder)
  const question = least(node, ({ questions }) => percentile(questions, 0.95))
  const rate = -least(node, (run) => -perSecond(run))
  const heldUp = least(node, ({ heldUpMs }) => heldUpMs)
  const memory = least(node, ({ memoryMb }) => memoryMb)
  return [
    finding(
      'a question of ten tokens, idle, p95',
      ms(question),
      question <= QUESTION_MS,
      `≤ ${QUESTION_MS} ms`,
    ),
    finding(
      'messages of 50 tokens a second and core',
      rate.toFixed(0),
      rate >= MESSAGES_A_SECOND,
      `≥ ${MESSAGES_A_SECOND}`,
    ),
    finding(
      'the event loop held up while 300 messages are embedded',
      ms(heldUp),
      heldUp <= HELD_UP_MS,
      `≤ ${HELD_UP_MS} ms`,
    ),
    finding(
      'resident memory for it',
      `${memory.toFixed(0)} MB`,
      memory <= MEMORY_MB,
      `≤ ${MEMORY_MB} MB`,
    ),
    compared(
      'a question behind bulk of 256 tokens a text, p95',
      ms(least(node, ({ behindBulk }) => percentile(behindBulk, 0.95))),
    ),
    compared('onnxruntime-node', summaryOf('onnxruntime-node', node)),
    isInstalled('onnxruntime-web')
      ? compared('onnxruntime-web', summaryOf('onnxruntime-web', await runsOf('web', folder)))
      : absent('onnxruntime-web to compare with: npm install --no-save onnxruntime-web'),
  ]
}

const finding = (what: string, measured: string, holds: boolean, bar: string): Finding => ({
  what,
  measured,
  bar,
  holds,
})
const compared = (what: string, measured: string) =>
  finding(what, measured, true, 'none, to compare')
const absent = (what: string) => finding(what, 'not here', true, 'none')

async function runsOf(kind: 'node' | 'web', folder: string): Promise<EmbeddingRun[]> {
  const runs: EmbeddingRun[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, kind, folder])
    // It is our own process that wrote it.
    runs.push(JSON.parse(stdout) as EmbeddingRun)
  }
  return runs
}

const least = (runs: readonly EmbeddingRun[], figure: (run: EmbeddingRun) => number) =>
  Math.min(...runs.map(figure))

const perSecond = ({ messages, messagesMs }: EmbeddingRun) => messages / (messagesMs / 1000)

function summaryOf(name: string, runs: readonly EmbeddingRun[]): string {
  return [
    `${(sizeOf(folderOf(name)) / 1e6).toFixed(0)} MB installed`,
    `question ${ms(least(runs, ({ questions }) => percentile(questions, 0.5)))}`,
    `50 tokens ${ms(1000 / -least(runs, (run) => -perSecond(run)))}`,
    `256 tokens ${ms(least(runs, ({ longTexts }) => percentile(longTexts, 0.5)))}`,
    `loading ${ms(least(runs, ({ loadMs }) => loadMs))}`,
    `${least(runs, ({ memoryMb }) => memoryMb).toFixed(0)} MB resident`,
  ].join(', ')
}

const require = createRequire(import.meta.url)
const folderOf = (name: string) => join(dirname(require.resolve(name)), '..')

function isInstalled(name: string): boolean {
  try {
    return folderOf(name) !== ''
  } catch {
    return false
  }
}

function sizeOf(path: string): number {
  const at = lstatSync(path)
  if (!at.isDirectory()) return at.size
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}
