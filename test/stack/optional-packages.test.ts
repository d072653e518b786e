import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { writeTinyModel } from '../support/tiny-model.ts'
import { machine } from './stack-process.ts'

/** The packages that run a local model are optional: an installation without them is one of words. */

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Memoir's sources beside packages of which some are missing. */
function installWithout(...names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'memoir-install-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  const packages = join(root, 'node_modules')
  mkdirSync(join(folder, 'node_modules'))
  for (const name of readdirSync(packages)) {
    if (names.includes(name)) continue
    symlinkSync(join(packages, name), join(folder, 'node_modules', name))
  }
  return folder
}

test('without the runtime up works with the built-in embedder, and says what is missing', async () => {
  const folder = installWithout('onnxruntime-node')
  const script = join(folder, 'part.ts')
  writeFileSync(
    script,
    `import { loadConfig } from './src/config.ts'
     import { beginEmbedder } from './src/stack/embedder.ts'
     const [, , given] = process.argv
     const { machine, model } = JSON.parse(given)
     const provide = async () => ({ folder: model, how: 'found' })
     const closers = new AsyncDisposableStack()
     const ground = { config: loadConfig({}), machine, say: () => undefined, closers }
     console.log(JSON.stringify(await beginEmbedder(ground, { provide })()))`,
  )
  const given = JSON.stringify({ machine, model: writeTinyModel() })
  const { stdout } = await promisify(execFile)(process.execPath, [script, given])
  expect(JSON.parse(stdout)).toEqual({
    part: {
      how: 'in-process',
      detail: expect.stringMatching(
        /^hashing, which knows words .*optional packages: Cannot find package 'onnxruntime-node'/,
      ),
    },
    env: {},
  })
})
