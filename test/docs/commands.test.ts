import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import getPort from 'get-port'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { tmpdir } from 'node:os'
import { bareEnvironment } from '../support/bare-environment.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { startCommand, type RunningCommand } from '../support/processes.ts'

/** The commands of the pages that a newcomer reads first, run as they are written, on a Memoir that `memoir up` started. */

const root = fileURLToPath(new URL('../..', import.meta.url))
/** What is not run here, and why. */
const NOT_RUN: readonly (readonly [RegExp, string])[] = [
  [/^npm start/, 'the Memoir of this test was started before, on a port of its own'],
  [/^npm (test|run check)/, 'it would run this test'],
  [/^bin\/memoir open/, 'it opens a browser'],
]
/** Of what a page's commands print. */
const SHOWS: Readonly<Record<string, string>> = {
  'README.md': 'I am allergic to penicillin, it gives me a rash.',
  'docs/quick-start.md': 'WORDS IT RESTS ON',
}
const READY_WITHIN_MS = 120_000

const isRun = (line: string) => !NOT_RUN.some(([pattern]) => pattern.test(line))

function linesOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block.trimEnd().split('\n'),
  )
}

describe.skipIf(!hasPostgres || !hasTemporal)('commands of the documentation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'memoir-docs-'))
  let up: RunningCommand
  let port = 0
  const env = () => ({
    ...bareEnvironment(),
    MEMOIR_DATA_DIR: join(folder, 'data'),
    EMBEDDING_MODEL: 'hashing',
  })

  beforeAll(async () => {
    port = await getPort()
    mkdirSync(join(folder, 'bin'))
    symlinkSync(join(root, 'bin/memoir'), join(folder, 'bin/memoir'))
    up = startCommand(['up', '--sample', '--port', String(port)], env())
    await vi.waitUntil(() => up.out().includes('recall "'), {
      timeout: READY_WITHIN_MS,
      interval: 200,
    })
  }, READY_WITHIN_MS)

  afterAll(async () => {
    up.child.kill('SIGINT')
    await up.ended
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 })
  })

  test.each(Object.keys(SHOWS))(
    '%s: every command succeeds as it is written',
    async (page) => {
      const lines = linesOf(page)
      const left = lines.filter((line) => !isRun(line))
      for (const line of left) {
        const [, why = ''] = NOT_RUN.find(([pattern]) => pattern.test(line)) ?? []
        process.stdout.write(`not run: ${line} (${why})\n`)
      }
      const script = lines.filter(isRun).join('\n').replaceAll(':8080', `:${port}`)
      expect(script.split('\n').length).toBeGreaterThan(5)
      const { stdout } = await promisify(execFile)('bash', ['-eo', 'pipefail', '-c', script], {
        cwd: folder,
        env: { ...env(), CURL_HOME: folder },
        timeout: READY_WITHIN_MS,
      })
      expect(stdout).toContain(SHOWS[page] ?? '')
      expect(stdout).not.toContain('"error"')
    },
    READY_WITHIN_MS * 2,
  )
})
