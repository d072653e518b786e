import { describeApi } from '../src/api/app.ts'

/**
 * The contract as a file, openapi.json: what clients in other languages are generated from. A test fails until a change of the API is
 * written again with `npm run generate`.
 */

export const OPENAPI_FILE = new URL('../openapi.json', import.meta.url)

export const openApi = (): string => `${JSON.stringify(describeApi(), null, 1)}\n`
