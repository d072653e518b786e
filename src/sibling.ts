import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The file of a module of ours, for what has to be named and not imported: TypeScript when run from source, JavaScript when built. */
export function siblingFile(importer: string, module: string): string {
  return fileURLToPath(new URL(`${module}${extname(importer)}`, importer))
}
