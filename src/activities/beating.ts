import { activityInfo, heartbeat } from '@temporalio/activity'

/** Beats a timeout: enough that one late beat does not cost the step. */
const BEATS_PER_TIMEOUT = 4

/** For steps that are one long wait: says that the process lives, which is all a heartbeat can say of them. */
export async function beating<T>(step: () => Promise<T>): Promise<T> {
  const timeoutMs = activityInfo().heartbeatTimeoutMs ?? 0
  if (timeoutMs === 0) return await step()
  const timer = setInterval(() => heartbeat(), timeoutMs / BEATS_PER_TIMEOUT)
  try {
    return await step()
  } finally {
    clearInterval(timer)
  }
}
