import { cp, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bareEnvironment } from '../support/bare-environment.ts'
import { nodePrograms, pack, ROOT, runProgram } from '../support/packed-project.ts'

/** The server as its users get it: packed, installed into an empty project, and started with `npx memoir up`. */

const INSTALL_MS = 600_000
/** Dashboard, code, migrations and the sample: no more than a page with a few pictures. */
const MAX_BYTES = 1_500_000

let folder: string
let tarball: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memoir-packed-'))
  // A copy, since others may be using what is built in this folder.
  const copy = join(folder, 'copy')
  const builtOf = ['src', 'dashboard', 'package.json', 'tsconfig.json', 'tsconfig.build.json']
  const packed = ['bin', 'migrations', 'sample', 'eval', 'README.md', 'LICENSE']
  for (const name of [...builtOf, ...packed]) {
    await cp(join(ROOT, name), join(copy, name), {
      recursive: true,
      filter: (path) => path !== join(ROOT, 'dashboard', 'dist'),
    })
  }
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  tarball = await pack(copy, folder)
  const project = join(folder, 'project')
  await mkdir(project)
  await writeFile(join(project, 'package.json'), '{ "private": true }')
  // Without scripts: what is installed is ready, nothing is built there.
  const quiet = [
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  await runProgram('npm', ['install', ...quiet, tarball], { cwd: project })
}, INSTALL_MS)

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('the tarball is small, and has no sources, tests or maps', async () => {
  const { size } = await stat(tarball)
  console.log(`${tarball.split('/').at(-1)}: ${Math.ceil(size / 1024)} KiB`)
  expect(size).toBeLessThan(MAX_BYTES)
  const { stdout } = await runProgram('tar', ['-tzf', tarball], { cwd: folder })
  const files = stdout.trim().split('\n')
  for (const file of ['bin/memoir', 'dist/cli.js', 'dashboard/dist/index.html', 'LICENSE']) {
    expect(files).toContain(`package/${file}`)
  }
  expect(files.filter((file) => /\.(ts|tsx|map)$|\/test\//.test(file))).toEqual([])
})

test(
  'npx memoir runs on whatever Node is on the PATH, with the Node that was installed along',
  { timeout: INSTALL_MS },
  async () => {
    for (const { path } of await nodePrograms()) {
      const env = { ...bareEnvironment(), PATH: `${path.slice(0, -'/node'.length)}:/usr/bin:/bin` }
      const program = join(folder, 'project', 'node_modules', '.bin', 'memoir')
      const { stdout } = await runProgram(program, ['--version'], { cwd: folder, env })
      expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    }
  },
)

test(
  'npx memoir up takes in the sample, makes facts of it with workflows, and recalls',
  { timeout: INSTALL_MS },
  async () => {
    const project = join(folder, 'project')
    const before = await readdir(project)
    const env = { MEMOIR_DATA_DIR: join(folder, 'data'), PORT: '0', XDG_CONFIG_HOME: '/nowhere' }
    const args = ['memoir', 'up', '--sample', '--once', '--json']
    const { stdout } = await runProgram('npx', args, { cwd: project, env })
    expect(JSON.parse(stdout)).toMatchObject({
      backfill: { errors: 0 },
      recall: { hits: expect.arrayContaining([expect.objectContaining({ role: 'user' })]) },
    })
    expect(await readdir(project)).toEqual(before)
  },
)
