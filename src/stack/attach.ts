import { findRunning, type Running } from './data-folder.ts'

/** The `up` of a data folder that answers, or null. */
export async function attach(dataDir: string): Promise<Running | null> {
  const running = findRunning(dataDir)
  if (!running) return null
  try {
    const response = await fetch(`${running.url}/health/live`, {
      signal: AbortSignal.timeout(2_000),
    })
    return response.ok ? running : null
  } catch {
    // It has not come up yet, or is on its way down.
    return null
  }
}
