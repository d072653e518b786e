import type { QuotedMemory } from '../language-model.ts'

/** Labels instead of ids: shorter, and nothing to copy wrongly. */
export function memoryLabel(index: number): string {
  return `m${index + 1}`
}

/** Memories as models see them. */
export function memoryLines(memories: readonly QuotedMemory[]) {
  return memories.map(({ content, occurredAt }, index) => ({
    label: memoryLabel(index),
    says: content.toWellFormed(),
    at: occurredAt,
  }))
}
