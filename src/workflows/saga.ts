import { CancellationScope, log } from '@temporalio/workflow'

/** Steps over several stores, taken back in the reverse order when one fails. */
export interface Saga {
  /** Said before the step it undoes, since a step that failed may have been done. It must do nothing when the step was not. */
  onFailure(undo: () => Promise<unknown>): void
}

/**
 * Runs steps and, when one fails or the run is cancelled, what undoes them. Undoing cannot be cancelled; where one of it fails, the
 * others follow, and the first error is the run's.
 */
export async function saga(steps: (saga: Saga) => Promise<void>): Promise<void> {
  const undos: (() => Promise<unknown>)[] = []
  try {
    await steps({ onFailure: (undo) => undos.unshift(undo) })
  } catch (error) {
    await CancellationScope.nonCancellable(async () => {
      for (const undo of undos) {
        try {
          await undo()
        } catch (failure) {
          log.warn('a step could not be taken back', { error: failure })
        }
      }
    })
    throw error
  }
}
