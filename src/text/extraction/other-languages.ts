import type { Sentence } from './sentences.ts'
import type { Speaker } from './speakers.ts'
import type { Told } from './told.ts'

export function otherStatement(_s: Sentence, _p: Speaker, _l: string): Told | undefined {
  return undefined
}
