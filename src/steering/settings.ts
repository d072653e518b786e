import { DEFAULT_EXTRACTION, type VersionedExtraction } from '../domain/extraction-settings.ts'
import type { Queryable } from '../stores/database.ts'
import { findExtractionSettings, type ExtractionPlace } from '../stores/extraction-settings.ts'
import { steeringOf, type Steering } from './steering.ts'

/** The collection of what comes from no collection: the namespace's own settings. */
export const WHOLE_NAMESPACE = ''

const NONE: VersionedExtraction = { version: 0, settings: DEFAULT_EXTRACTION }

/** The settings that hold now for a collection; its namespace's where it has none. */
export async function extractionIn(
  db: Queryable,
  place: ExtractionPlace,
): Promise<VersionedExtraction & { readonly steering: Steering | undefined }> {
  const row = await findExtractionSettings(db, place)
  const { version, settings } = row ?? NONE
  // What a later version of Memoir added is at its default in rows of before.
  const whole = { version, settings: { ...DEFAULT_EXTRACTION, ...settings } }
  return { ...whole, steering: steeringOf(whole) }
}
