import { ON_THIS_MACHINE } from '../config.ts'
import { sourceFingerprint } from '../sources/source-fingerprint.ts'
import { line } from './io.ts'
import { plain } from './table.ts'
import { findTarget, type TargetContext } from './target.ts'

/** A server that runs reads the source of its own configuration; the SOURCE_* variables of this shell do not reach it. */

export interface IgnoredSource {
  readonly detail: string
  readonly next: string
}

/** What to say where this shell names a source that the server may not read; null where both name the same, or no server runs. */
export async function findIgnoredSource(context: TargetContext): Promise<IgnoredSource | null> {
  const config = context.config(ON_THIS_MACHINE)
  if (![...config.given].some((name) => name.startsWith('SOURCE_'))) return null
  const target = await findTarget(context)
  if (target === null) return null
  if (target.how === 'folder') {
    const running = await context.parts.attach(config.dataDir)
    if (running?.source === sourceFingerprint(config)) return null
  }
  return {
    detail: `the Memoir at ${target.url} reads the source that it was started with, not the SOURCE_* variables of this shell`,
    next:
      target.how === 'folder'
        ? 'Stop it, and start it in this shell: memoir up'
        : 'Set the variables where that Memoir runs, and start it again.',
  }
}

/** The same on standard error, before a command that makes the server read its source. */
export async function noteIgnoredSource(context: TargetContext): Promise<void> {
  const ignored = await findIgnoredSource(context)
  if (ignored === null) return
  line(context.io.stderr, `Note: ${plain(ignored.detail)}.\n${ignored.next}`)
}
