import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { startApi } from '../../src/server.ts'
import { hasPostgres, hasTemporal } from '../support/database.ts'
import { createTestMemoir } from '../support/memoir.ts'
import {
  createProject,
  examplesOf,
  nodePrograms,
  PACKAGES,
  runProgram,
  TSC,
  type Project,
} from '../support/packed-project.ts'

/** The npm packages as their users get them: packed, installed into an empty project, and used against a Memoir that runs. */

const ADMIN_KEY = 'an-admin-key-for-tests'
/** Packages come from a registry, to a machine that may be busy. */
const INSTALL_MS = 600_000

const FRAMEWORKS = [
  '@langchain/core',
  '@langchain/langgraph',
  '@temporalio/activity',
  '@temporalio/client',
  '@temporalio/common',
  '@temporalio/plugin',
  '@temporalio/worker',
  '@temporalio/workflow',
  '@types/node',
  'ai',
]

const nodes = await nodePrograms()
if (nodes.length === 1) {
  console.log('The packages run on the Node of this project only: no other Node is on the PATH.')
}

let project: Project

beforeAll(async () => {
  project = await createProject(FRAMEWORKS)
}, INSTALL_MS)

afterAll(async () => {
  await project[Symbol.asyncDispose]()
})

describe.each(PACKAGES)('the tarball of %s', (name) => {
  test('is well-formed, says publint', async () => {
    const data = await readFile(project.tarballs[name])
    const tarball = new Uint8Array(data).buffer
    const { messages } = await publint({ pack: { tarball }, strict: true })
    expect(messages).toEqual([])
  })

  test('has types that every way of resolving modules finds, says arethetypeswrong', async () => {
    const data = new Uint8Array(await readFile(project.tarballs[name]))
    const analysis = await checkPackage(createPackageFromTarballData(data))
    if (!analysis.types) throw new Error('there are no types')
    // The packages are modules only; Node loads them with `require` too, since 20.19.
    const problems = analysis.problems.filter(({ kind }) => kind !== 'CJSResolvesToESM')
    expect(problems).toEqual([])
  })

  test('holds what is needed to run, types, README and licence, and nothing else', async () => {
    const { stdout } = await runProgram('tar', ['-tzf', project.tarballs[name]], {
      cwd: project.folder,
    })
    const files = stdout.trim().split('\n')
    expect(files).toEqual(
      expect.arrayContaining(
        ['README.md', 'LICENSE', 'package.json', 'dist/index.js', 'dist/index.d.ts'].map(
          (file) => `package/${file}`,
        ),
      ),
    )
    const others = files.filter(
      (file) =>
        !/^package\/(dist\/[\w/-]+\.(js|d\.ts)|README\.md|LICENSE|package\.json)$/.test(file),
    )
    expect(others).toEqual([])
  })

  test('its examples compile against its types', async () => {
    const folder = join(project.folder, 'typed', name)
    await mkdir(folder, { recursive: true })
    const examples = await examplesOf(name)
    expect(examples.length).toBeGreaterThan(0)
    for (const { file, code } of examples) await writeFile(join(folder, file), code)
    const files = examples.map(({ file }) => file)
    const flags = ['--noEmit', '--strict', '--checkJs', '--target', 'es2022', '--types', 'node']
    const modules = ['--module', 'nodenext', '--ignoreConfig', '--skipLibCheck']
    await runProgram(process.execPath, [TSC, ...flags, ...modules, ...files], { cwd: folder })
  })
})

describe.skipIf(!hasPostgres || !hasTemporal)('against a Memoir that runs', () => {
  test.each(PACKAGES.flatMap((name) => nodes.map((node) => [name, node.major, node] as const)))(
    'the examples of %s print what they say, on Node %i',
    { timeout: INSTALL_MS },
    async (name, _, node) => {
      const folder = join(project.folder, 'run', name)
      await mkdir(folder, { recursive: true })
      await using memoir = await createTestMemoir({ MEMOIR_ADMIN_KEY: ADMIN_KEY })
      const api = await startApi(memoir.services, { host: '127.0.0.1', port: 0 })
      try {
        const env = {
          MEMOIR_URL: api.url,
          MEMOIR_KEY: ADMIN_KEY,
          TEMPORAL_ADDRESS: inject('temporalAddress'),
        }
        for (const { file, code, prints } of await examplesOf(name)) {
          await writeFile(join(folder, file), code)
          if (prints === undefined) continue
          const { stdout } = await runProgram(node.path, [file], { cwd: folder, env })
          expect(stdout, code).toBe(prints)
        }
      } finally {
        await api.close()
      }
    },
  )
})
