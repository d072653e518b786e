import { createHash } from 'node:crypto'
import type { Config } from '../config.ts'

/** Equal for configurations that read the same source in the same way. A hash: the address of a database holds its password. */
export function sourceFingerprint(config: Config): string {
  const settings = Object.entries(config)
    .filter(([name]) => name.startsWith('SOURCE_'))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(settings)).digest('hex')
}
