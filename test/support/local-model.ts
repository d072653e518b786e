import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_MODEL } from '../../src/providers/default-model.ts'
import { thisMachine } from '../../src/stack/programs.ts'

/** The embedding model that `memoir up` brings along, where this machine has it. */
const folder = join(thisMachine(process.env).models, DEFAULT_MODEL.folder)
export const hasModel = existsSync(join(folder, 'model.onnx'))
export const MODEL = `local:${folder}`
