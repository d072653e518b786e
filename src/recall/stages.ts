import type { OffStage, RecallRequest, RecallStage } from '../domain/recall.ts'

/** Whether a stage is left out of this recall, to measure what it earns. */
export function left(
  { without = [] }: Pick<RecallRequest, 'without'>,
  stage: RecallStage,
): boolean {
  return without.includes(stage)
}

/** Whether a stage that is off is asked for in this recall. */
export function wanted({ also = [] }: Pick<RecallRequest, 'also'>, stage: OffStage): boolean {
  return also.includes(stage)
}
