import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Python as this machine has it, in environments of their own. */

const run = promisify(execFile)

export const CLIENT = join(import.meta.dirname, '..', '..', 'clients', 'python')

export interface PythonEnvironment extends AsyncDisposable {
  readonly folder: string
  /** What a program of the environment printed. @throws with all of it when it failed */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<string>
}

interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024

/** An environment with nothing in it but pip, in a folder that goes with it. */
export async function createPythonEnvironment(python: string): Promise<PythonEnvironment> {
  const folder = await mkdtemp(join(tmpdir(), 'memoir-python-'))
  const bin = join(folder, 'venv', 'bin')
  await run(python, ['-m', 'venv', join(folder, 'venv')])
  return {
    folder,
    async run(program, args, { cwd = folder, env = {} } = {}) {
      const path = `${bin}:${process.env['PATH'] ?? ''}`
      const quiet = {
        PIP_DISABLE_PIP_VERSION_CHECK: '1',
        PIP_NO_COMPILE: '1',
        PYTHONPYCACHEPREFIX: join(folder, 'pycache'),
      }
      const options = {
        cwd,
        env: { ...process.env, ...quiet, ...env, PATH: path },
        maxBuffer: MAX_OUTPUT_BYTES,
      }
      try {
        return (await run(join(bin, program), args, options)).stdout
      } catch (error) {
        const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
        throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, {
          cause: error,
        })
      }
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The one file of a folder that ends so. */
export async function fileOf(folder: string, ending: string): Promise<string> {
  const [file, ...more] = (await readdir(folder)).filter((name) => name.endsWith(ending))
  if (file === undefined || more.length > 0) throw new Error(`not one ${ending} in ${folder}`)
  return join(folder, file)
}
