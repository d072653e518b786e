import type { RecallRequest, RecallStage } from '../domain/recall.ts'

/** Whether a stage is left out of this recall, to measure what it earns. */
export function left(
  { without = [] }: Pick<RecallRequest, 'without'>,
  stage: RecallStage,
): boolean {
  return without.includes(stage)
}
