import { execFile } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const shim = fileURLToPath(new URL('../../bin/memoir', import.meta.url))

interface Home {
  readonly path: string
  /** A folder that stands first on the PATH. */
  readonly programs: string
  run(command: string, ...args: string[]): Promise<{ code: number; out: string; err: string }>
}

/** A program that says which version of Node it is, or where it runs what. */
const fakeNode = (name: string, major: number) =>
  `#!/bin/sh\nif [ "$1" = --version ]; then echo v${major}.1.0; else echo "${name} runs $*"; fi\n`

function program(path: string, script: string): void {
  writeFileSync(path, script)
  chmodSync(path, 0o755)
}

/** An installation with the shim of this project and nothing else. */
function createHome(): Home {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'memoir shim ')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const path = join(root, 'memoir')
  const programs = join(root, 'programs')
  for (const folder of [join(path, 'bin'), programs]) mkdirSync(folder, { recursive: true })
  copyFileSync(shim, join(path, 'bin', 'memoir'))
  return {
    path,
    programs,
    run: async (command, ...args) =>
      await new Promise((resolve) => {
        const env = { PATH: `${programs}:/usr/bin:/bin` }
        execFile(command, args, { cwd: '/', env }, (error, out, err) =>
          resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
        )
      }),
  }
}

function install({ path }: Home, node?: string): void {
  mkdirSync(join(path, 'node_modules', '.bin'), { recursive: true })
  writeFileSync(join(path, 'node_modules', '.package-lock.json'), '{}')
  if (node !== undefined) program(join(path, 'node_modules', '.bin', 'node'), node)
}

test("it runs the command line on the project's own Node, from any folder and through links", async () => {
  const home = createHome()
  install(home, fakeNode('own', 24))
  program(join(home.programs, 'node'), fakeNode('other', 26))
  const first = join(home.programs, 'first')
  symlinkSync('../memoir/bin/memoir', first)
  const second = join(home.path, 'second')
  symlinkSync(first, second)
  const answer = {
    code: 0,
    out: `own runs --max-semi-space-size=8 --heap-growing-percent=30 ${home.path}/src/cli.ts recall two words\n`,
    err: '',
  }
  for (const command of [join(home.path, 'bin', 'memoir'), first, second]) {
    expect(await home.run(command, 'recall', 'two words')).toEqual(answer)
  }
})

test('it installs the packages first when they are missing, and says so on standard error', async () => {
  const home = createHome()
  program(
    join(home.programs, 'npm'),
    `#!/bin/sh
echo "npm $1 in $PWD"
mkdir -p node_modules/.bin && echo '{}' > node_modules/.package-lock.json
printf '%s' '${fakeNode('own', 24)}' > node_modules/.bin/node && chmod 755 node_modules/.bin/node\n`,
  )
  const command = join(home.path, 'bin', 'memoir')
  const first = await home.run(command, 'up')
  expect(first).toMatchObject({
    code: 0,
    out: `own runs --max-semi-space-size=8 --heap-growing-percent=30 ${home.path}/src/cli.ts up\n`,
  })
  expect(first.err).toContain(`npm install in ${home.path}`)
  expect((await home.run(command, 'up')).err).toBe('')
})

test('packages that cannot be installed end it with the answer of npm', async () => {
  const home = createHome()
  program(join(home.programs, 'npm'), '#!/bin/sh\nexit 7\n')
  expect(await home.run(join(home.path, 'bin', 'memoir'))).toMatchObject({ code: 7, out: '' })
})

test('where the project has no Node for the platform, one on the PATH serves if it is new enough', async () => {
  const home = createHome()
  install(home)
  const command = join(home.path, 'bin', 'memoir')
  program(join(home.programs, 'node'), fakeNode('other', 24))
  expect(await home.run(command)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^other runs/) as string,
  })
  program(join(home.programs, 'node'), fakeNode('other', 22))
  const refused = await home.run(command)
  expect(refused).toMatchObject({ code: 1, out: '' })
  expect(refused.err).toContain('install Node 24')
})
