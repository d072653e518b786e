import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Writes what is generated of the Python client, out of openapi.json and of the async client: clients/python/scripts/generate.py, in an
 * environment that is made once, in clients/python/.venv.
 */

const CLIENT = join(import.meta.dirname, '..', 'clients', 'python')
const VENV = join(CLIENT, '.venv')
const PYTHON = join(VENV, 'bin', 'python')

const run = (program: string, args: readonly string[]) =>
  execFileSync(program, args, { cwd: CLIENT, stdio: 'inherit' })

if (spawnSync('python3', ['-c', 'import ensurepip, venv']).status === 0) {
  if (!existsSync(PYTHON)) run('python3', ['-m', 'venv', VENV])
  const quiet = ['--quiet', '--disable-pip-version-check']
  run(PYTHON, ['-m', 'pip', 'install', ...quiet, '--requirement', 'requirements-dev.txt'])
  run(PYTHON, [join('scripts', 'generate.py')])
} else {
  process.stderr.write('left out: the Python client (python3 with venv was not found)\n')
}
