import { defineQuery, defineSignal } from '@temporalio/workflow'
import type { BackfillProgress } from '../domain/job.ts'

/** What may be said to a run and asked of it. Signals take effect between steps. */

export const pause = defineSignal('pause')
export const resume = defineSignal('resume')

/** What stood before a run in its queue has ended. */
export const yourTurn = defineSignal('yourTurn')

/** There is something to deliver. */
export const deliver = defineSignal('deliver')

export interface BackfillPosition {
  readonly cursor: string | null
  readonly paused: boolean
  readonly progress: BackfillProgress | null
}

export const progress = defineQuery<BackfillPosition>('progress')
