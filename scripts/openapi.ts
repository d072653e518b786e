import { writeFile } from 'node:fs/promises'
import { describeApi } from '../src/api/app.ts'

/**
 * The contract as a file, openapi.json: what clients in other languages are generated from. A test fails until a change of the API is
 * written again with `node scripts/openapi.ts`.
 */

export const OPENAPI_FILE = new URL('../openapi.json', import.meta.url)

export const openApi = (): string => `${JSON.stringify(describeApi(), null, 1)}\n`

if (import.meta.main) await writeFile(OPENAPI_FILE, openApi())
