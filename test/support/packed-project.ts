import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** The packages as their users get them: packed, and installed into a project that has nothing else. */

const run = promisify(execFile)

export const ROOT = join(import.meta.dirname, '..', '..')
export const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')

/** In the order in which they are built: the others are built against the types of the client. */
export const PACKAGES = ['client', 'temporal', 'ai-sdk', 'langchain'] as const
export type PackageName = (typeof PACKAGES)[number]

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024

export interface Ran {
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** What a program wrote. @throws with all of it when it failed */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: RunOptions,
): Promise<Ran> {
  try {
    return await run(program, args, {
      cwd,
      env: { ...process.env, NO_COLOR: '1', ...env },
      maxBuffer: MAX_OUTPUT_BYTES,
    })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error })
  }
}

export interface Project extends AsyncDisposable {
  readonly folder: string
  /** The file of each package's tarball. */
  readonly tarballs: Readonly<Record<PackageName, string>>
}

/** Packs all packages and installs them at once, beside the frameworks that they are for, in the versions of this repository. */
export async function createProject(frameworks: readonly string[]): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'memoir-project-'))
  const packed = join(folder, 'packed')
  await mkdir(packed)
  const tarballs: Partial<Record<PackageName, string>> = {}
  for (const name of PACKAGES) tarballs[name] = await pack(join(ROOT, 'packages', name), packed)
  const manifest = { name: 'an-empty-project', private: true, type: 'module' }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  const versions = await versionsOf(frameworks)
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  await runProgram('npm', ['install', ...quiet, ...Object.values(tarballs), ...versions], {
    cwd: folder,
  })
  return {
    folder,
    tarballs: tarballs as Record<PackageName, string>,
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The tarball that npm makes of a folder. */
export async function pack(folder: string, destination: string): Promise<string> {
  const before = await readdir(destination)
  await runProgram('npm', ['pack', '--loglevel=error', `--pack-destination=${destination}`], {
    cwd: folder,
  })
  const file = (await readdir(destination)).find((name) => !before.includes(name))
  if (file === undefined) throw new Error(`npm packed nothing of ${folder}`)
  return join(destination, file)
}

async function versionsOf(names: readonly string[]): Promise<string[]> {
  const manifest: unknown = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const { dependencies, devDependencies } = manifest as Record<string, Record<string, string>>
  const all = { ...dependencies, ...devDependencies }
  return names.map((name) => `${name}@${all[name] ?? 'missing'}`)
}

export interface NodeProgram {
  readonly major: number
  readonly path: string
}

/** The Node of this process, and the oldest other one on the PATH that the packages support. */
export async function nodePrograms(): Promise<NodeProgram[]> {
  const own = { major: Number(process.versions.node.split('.')[0]), path: process.execPath }
  const found = [own]
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'node')
    if (folder === dirname(own.path) || !existsSync(path)) continue
    const { stdout } = await run(path, ['--version'])
    const major = Number(/^v(\d+)/.exec(stdout)?.[1])
    if (major >= 20 && found.every((each) => each.major !== major)) found.push({ major, path })
  }
  return found
}

/** A block of code of a README; what is to be run has what it prints. */
export interface Example {
  /** As the comment in its first line says, such as `workflows.js`. */
  readonly file: string
  readonly code: string
  readonly prints: string | undefined
}

/** Every block of JavaScript, and the block of text after it. */
export async function examplesOf(name: PackageName): Promise<Example[]> {
  const text = await readFile(join(ROOT, 'packages', name, 'README.md'), 'utf8')
  const blocks = text.matchAll(/^```(\w+)\n(.*?)^```$/gms)
  const examples: Example[] = []
  for (const [, language, body = ''] of blocks) {
    const last = examples.at(-1)
    if (language === 'js') {
      const file = /^\/\/ ([\w-]+\.js)\n/.exec(body)?.[1] ?? `example-${examples.length}.js`
      examples.push({ file, code: body, prints: undefined })
    } else if (language === 'text' && last !== undefined) {
      examples[examples.length - 1] = { ...last, prints: body }
    }
  }
  return examples
}
