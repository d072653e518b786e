import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Helm: where scripts/install-helm.sh builds it, or on the PATH; undefined when it is nowhere. */
export async function findHelm(): Promise<string | undefined> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const built = join(cache, 'memoir', 'bin', 'helm')
  if (existsSync(built)) return built
  try {
    await promisify(execFile)('helm', ['version'])
    return 'helm'
  } catch {
    return undefined
  }
}
