import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** The version of this installation, as its package says. */
export const VERSION = z
  .looseObject({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))).version
