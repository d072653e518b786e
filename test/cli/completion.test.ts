import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { memoir } from './terminal.ts'

/** The scripts are run by the shells themselves; one that this machine does not have is left out, by name. */

const has = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0

async function scriptFile(shell: string): Promise<string> {
  const { code, out } = await memoir(['completion', shell])
  expect(code).toBe(0)
  const folder = mkdtempSync(join(tmpdir(), 'memoir-completion-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'script')
  writeFileSync(file, out)
  return file
}

/** What is offered for a line, the last word of which is being typed. */
type Complete = (words: readonly string[]) => string[]

const linesOf = ({ stdout, stderr }: { stdout: string; stderr: string }): string[] => {
  expect(stderr).toBe('')
  return stdout.split('\n').filter(Boolean)
}

const IN_BASH = `source "$1"; shift; COMP_WORDS=(memoir "$@"); COMP_CWORD=$#; _memoir; printf '%s\\n' "\${COMPREPLY[@]}"`
const inBash =
  (file: string): Complete =>
  (words) =>
    linesOf(spawnSync('bash', ['-c', IN_BASH, 'bash', file, ...words], { encoding: 'utf8' }))

/** The parts of zsh that show completions need a terminal: they are replaced by ones that print. */
const IN_ZSH = `
_describe() { local each; for each in "\${(@P)2}"; do print -r -- "\${each%%:*}"; done }
compadd() { shift; print -rl -- "$@" }
_files() { print -r -- FILES }
source "$1"; shift; words=(memoir "$@"); CURRENT=$(( $# + 1 )); _memoir`
const inZsh =
  (file: string): Complete =>
  (words) =>
    linesOf(
      spawnSync('zsh', ['-f', '-c', IN_ZSH, 'zsh', file, ...words], { encoding: 'utf8' }),
    ).filter((each) => each.startsWith(words.at(-1) ?? ''))

const IN_FISH = `source $argv[1]; complete -C (string join ' ' -- memoir $argv[2..])`
const inFish =
  (file: string): Complete =>
  (words) =>
    linesOf(
      spawnSync('fish', ['--no-config', '-c', IN_FISH, file, ...words], { encoding: 'utf8' }),
    ).map((each) => each.split('\t')[0] ?? '')

const SHELLS = { bash: inBash, zsh: inZsh, fish: inFish }

test.for(Object.entries(SHELLS))(
  '%s completes commands, options and choices',
  async ([shell, open], { skip }) => {
    if (!has(shell)) skip(`this machine has no ${shell}`)
    const complete = open(await scriptFile(shell))
    expect(complete(['re']).toSorted()).toEqual(['recall', 'reembed', 'remember'])
    expect(
      complete(['jobs', ''])
        .filter((each) => !each.startsWith('-'))
        .toSorted(),
    ).toEqual(['cancel', 'failures', 'list', 'pause', 'resume', 'retry', 'show', 'watch'])
    expect(complete(['jobs', 'list', '--st'])).toEqual(['--state'])
    expect(complete(['jobs', 'list', '--state', 'fa'])).toEqual(['failed'])
    expect(complete(['jobs', 'list', '--state', 'failed', '--li'])).toEqual(['--limit'])
    expect(complete(['completion', 'fi'])).toEqual(['fish'])
    // A command is no subcommand of another, and a value is no command.
    expect(complete(['recall', 'jobs', '--he'])).toEqual(
      expect.arrayContaining(['--heads', '--help']),
    )
    expect(complete(['recall', 'lake', '--thr'])).toEqual(['--threshold'])
  },
)

test('the script as JSON', async () => {
  const { out } = await memoir(['completion', 'bash', '--json'])
  expect(JSON.parse(out)).toEqual({
    shell: 'bash',
    script: expect.stringContaining('complete -o default -F _memoir memoir') as string,
  })
})
