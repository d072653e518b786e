import { spawn } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'

/** .ci/run of this project among programs that only pretend: what it makes of their answers. */

/** It installs Debian packages. */
const isLinux = process.platform === 'linux'

const source = fileURLToPath(new URL('../../.ci/run', import.meta.url))

/** npm that writes what vitest's JSON reporter would, leaves a server behind, and ends as it was told. */
const FAKE_NPM = `#!/bin/bash
case "$1 $2" in
  'run check') exit "\${CHECK:-0}" ;;
  'test --')
    for each in "$@"; do
      case $each in --outputFile.json=*) file=\${each#*=} ;; esac
    done
    [ -z "\${JSON:-}" ] || printf '%s' "$JSON" > "$file"
    setsid sleep 300 > /dev/null 2>&1 &
    echo "$!" > left
    [ -z "\${HANG:-}" ] || sleep 300
    exit "\${TESTS:-0}" ;;
esac
`

interface Fake {
  readonly CHECK?: string
  readonly TESTS?: string
  readonly JSON?: string
  readonly HANG?: string
}

function program(path: string, script: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, script)
  chmodSync(path, 0o755)
}

function startRun(fake: Fake) {
  const root = mkdtempSync(join(tmpdir(), 'memoir-ci-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  program(join(root, 'bin', 'npm'), FAKE_NPM)
  for (const part of [
    'postgres',
    'redis',
    'temporal',
    'chromium',
    'neo4j',
    'python',
    'helm',
    'model',
  ]) {
    program(join(root, 'scripts', `install-${part}.sh`), '#!/bin/sh\n')
  }
  mkdirSync(join(root, '.ci'))
  copyFileSync(source, join(root, '.ci', 'run'))
  const child = spawn(join(root, '.ci', 'run'), {
    env: { PATH: `${join(root, 'bin')}:${dirname(process.execPath)}:/usr/bin:/bin`, ...fake },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let out = ''
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString()
  })
  const ended = new Promise<{ code: number | null; last: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, last: out.trimEnd().split('\n').at(-1) ?? '' }))
  })
  return { child, ended, leftPid: () => Number(readFileSync(join(root, 'left'), 'utf8')) }
}

const report = (passed: number, ...statuses: string[]) =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: statuses.filter((status) => status === 'failed').length,
    testResults: [
      {
        status: statuses.includes('failed') ? 'failed' : 'passed',
        assertionResults: statuses.map((status) => ({ status })),
      },
    ],
  })
const unloaded = JSON.stringify({
  numPassedTests: 4,
  numFailedTests: 0,
  testResults: [{ status: 'failed', assertionResults: [] }],
})

test.skipIf(!isLinux).each<[string, Fake, { code: number; last: string }]>([
  ['passes', { JSON: report(5, 'passed') }, { code: 0, last: '5 passed, 0 failed' }],
  ['fails', { JSON: report(4, 'failed'), TESTS: '1' }, { code: 1, last: '4 passed, 1 failed' }],
  ['cannot load a file', { JSON: unloaded, TESTS: '1' }, { code: 1, last: '4 passed, 1 failed' }],
  [
    'fails beside its tests',
    { JSON: report(5, 'passed'), TESTS: '1' },
    { code: 1, last: '5 passed, 1 failed' },
  ],
  ['crashes', { TESTS: '139' }, { code: 1, last: '0 passed, 1 failed' }],
  ['is cut short', { JSON: '{"numP', TESTS: '137' }, { code: 1, last: '0 passed, 1 failed' }],
  [
    'passes after a check that did not',
    { JSON: report(5, 'passed'), CHECK: '1' },
    { code: 1, last: '5 passed, 0 failed' },
  ],
  ['runs nothing', { JSON: report(0) }, { code: 1, last: '0 passed, 0 failed' }],
])('a test run that %s is told truly', async (_, fake, expected) => {
  expect(await startRun(fake).ended).toEqual(expected)
})

test.skipIf(!isLinux)(
  'what a test run left running is ended, also when the whole is stopped',
  async () => {
    const isGone = (pid: number) => {
      try {
        return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
      } catch {
        return true
      }
    }
    const whole = startRun({ JSON: report(5, 'passed') })
    await whole.ended
    expect(isGone(whole.leftPid())).toBe(true)

    const stopped = startRun({ HANG: 'yes' })
    const pid = await vi.waitFor(() => {
      const left = stopped.leftPid()
      expect(left).toBeGreaterThan(0)
      return left
    })
    stopped.child.kill('SIGTERM')
    expect(await stopped.ended).toEqual({ code: 1, last: '0 passed, 1 failed' })
    expect(isGone(pid)).toBe(true)
  },
)
