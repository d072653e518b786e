import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createProgram, everyCommand } from '../../src/cli/program.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { VERSION } from '../../src/version.ts'
import { createTerminal, memoir, noParts } from './terminal.ts'

const MEMOIR = fileURLToPath(new URL('../../bin/memoir', import.meta.url))
const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
const run = promisify(execFile)

/** What a process loads when it runs the command line with these arguments. */
async function loadedBy(...argv: string[]): Promise<string[]> {
  const probe = `
    import { registerHooks } from 'node:module'
    const seen = []
    registerHooks({ resolve: (name, context, next) => {
      const found = next(name, context)
      seen.push(found.url)
      return found
    } })
    process.on('exit', () => process.stderr.write(JSON.stringify(seen)))
  `
  const preload = `data:text/javascript,${encodeURIComponent(probe)}`
  const { stderr } = await run(process.execPath, ['--import', preload, CLI, ...argv])
  return JSON.parse(stderr) as string[]
}

test.each([[['--version']], [['--help']]])(
  '%j loads no command and no library but one',
  async (argv) => {
    const loaded = await loadedBy(...argv)
    const packages = loaded.flatMap((url) => /node_modules\/([^/]+)/.exec(url)?.[1] ?? [])
    expect([...new Set(packages)]).toEqual(['commander'])
    expect(loaded.filter((url) => url.includes('/cli/commands/'))).toEqual([])
  },
)

test('a command loads itself and none of the others', async () => {
  const loaded = await loadedBy('users', '--help')
  expect(loaded.filter((url) => url.includes('/cli/commands/'))).toEqual([
    expect.stringMatching(/users\.ts$/),
  ])
})

const MOST_MS = 150

/** In time of the processor, which other work on this machine does not lengthen: the best of a few runs, as the shell counts it. */
test(`--version takes less than ${MOST_MS} ms`, async () => {
  const script = `i=0; while [ $i -lt 5 ]; do "$1" --version >/dev/null || exit 1; i=$((i+1)); times; done`
  const { stdout } = await run('/bin/sh', ['-c', script, 'sh', MEMOIR])
  // After each run: what the shell itself took, then all of its children so far, in user and in system mode.
  const totals = stdout
    .trim()
    .split('\n')
    .filter((_line, at) => at % 2 === 1)
    .map(millisecondsOf)
  const each = totals.map((total, at) => total - (totals[at - 1] ?? 0))
  expect(each).toHaveLength(5)
  expect(Math.min(...each)).toBeLessThan(MOST_MS)
})

/** `0m0.110s 0m0.050s`, together. */
const millisecondsOf = (line: string) =>
  [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1_000,
    0,
  )

test('every command is listed with the name that it registers, once', async () => {
  const io = createTerminal()
  const never = () => {
    throw new Error('nothing runs')
  }
  const context = { io, parts: noParts, config: never, flags: {}, exit: never }
  const program = await createProgram(context, VERSION, everyCommand())
  expect(program.commands.map((command) => command.name())).toEqual(
    COMMANDS.map(({ name }) => name),
  )
  for (const command of program.commands) {
    expect([command.name(), command.description()]).toEqual([
      command.name(),
      expect.stringMatching(/./),
    ])
    const answers = [command, ...command.commands].filter((each) =>
      each.options.some(({ long }) => long === '--json'),
    )
    const speaks = !['api', 'worker', 'mcp'].includes(command.name())
    expect([command.name(), answers.length > 0]).toEqual([command.name(), speaks])
  }
})

test('help of a command that is asked for in the other way', async () => {
  const { code, out } = await memoir(['help', 'users'])
  expect([code, out]).toEqual([0, expect.stringContaining('memoir users list')])
})
