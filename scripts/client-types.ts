import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { describeApi } from '../src/api/app.ts'
import { TOOLS } from '../src/mcp/tools.ts'

/**
 * What the TypeScript client knows of the API, out of the OpenAPI document: src/client/api-types.ts and src/client/tool-definitions.ts.
 * A test fails until a change of the API is written anew with `node scripts/client-types.ts`.
 */

export const TYPES_FILE = new URL('../src/client/api-types.ts', import.meta.url)
export const TOOLS_FILE = new URL('../src/client/tool-definitions.ts', import.meta.url)

const HEAD = '/** Written by scripts/client-types.ts out of the OpenAPI document. */\n'

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const

const schemaShape = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  additionalProperties: z.unknown().optional(),
  description: z.string().optional(),
})
type Schema = z.infer<typeof schemaShape>

/** A JSON Schema as a TypeScript type. */
function typeOf(given: unknown, indent: string): string {
  const schema = schemaShape.parse(given ?? {})
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'unknown'
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) {
    const nullable = [schema.type].flat().includes('null') ? ['null'] : []
    return unique([...schema.enum.map((value) => JSON.stringify(value)), ...nullable]).join(' | ')
  }
  const several = schema.anyOf ?? schema.oneOf
  if (several) return unique(several.map((one) => typeOf(one, indent))).join(' | ')
  if (schema.allOf) return unique(schema.allOf.map((one) => typeOf(one, indent))).join(' & ')
  return unique([schema.type ?? 'unknown'].flat().map((name) => named(name, schema, indent))).join(
    ' | ',
  )
}

const unique = (types: readonly string[]) => [...new Set(types)]

function named(type: string, schema: Schema, indent: string): string {
  switch (type) {
    case 'integer':
      return 'number'
    case 'array':
      return `readonly (${typeOf(schema.items, indent)})[]`
    case 'object':
      return objectOf(schema, indent)
    default:
      return type
  }
}

interface Field {
  readonly name: string
  readonly schema: unknown
  readonly needed: boolean
}

function objectOf({ properties, required = [], additionalProperties }: Schema, indent: string) {
  if (properties === undefined) {
    const value = additionalProperties === undefined ? {} : additionalProperties
    return `Readonly<Record<string, ${typeOf(value === true ? {} : value, indent)}>>`
  }
  const fields = Object.entries(properties).map(([name, schema]) => {
    return { name, schema, needed: required.includes(name) }
  })
  return fieldsOf(fields, indent)
}

function fieldsOf(fields: readonly Field[], indent: string): string {
  if (fields.length === 0) return 'Readonly<Record<string, never>>'
  const inner = `${indent}  `
  const lines = fields.flatMap(({ name, schema, needed }) => {
    const { description } = schemaShape.parse(schema)
    const words = description?.replaceAll('*/', '* /')
    return [
      ...(words === undefined ? [] : [`${inner}/** ${words} */`]),
      `${inner}readonly ${name}${needed ? '' : '?'}: ${typeOf(schema, inner)}`,
    ]
  })
  return ['{', ...lines, `${indent}}`].join('\n')
}

const content = z.looseObject({
  content: z
    .looseObject({ 'application/json': z.looseObject({ schema: z.unknown() }).optional() })
    .optional(),
})
const operationShape = z.looseObject({
  operationId: z.string(),
  parameters: z
    .array(
      z.looseObject({
        in: z.string(),
        name: z.string(),
        required: z.boolean().optional(),
        schema: z.unknown(),
      }),
    )
    .default([]),
  requestBody: content.optional(),
  responses: z.record(z.string(), content),
})

const jsonOf = (part: z.infer<typeof content> | undefined) =>
  part?.content?.['application/json']?.schema

function operationOf(given: unknown): string {
  const { operationId, parameters, requestBody, responses } = operationShape.parse(given)
  const query = parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, required = false, schema }) => ({ name, schema, needed: required }))
  const answers = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, response]) => jsonOf(response))
    .filter((schema) => schema !== undefined)
  const body = jsonOf(requestBody)
  return [
    `  readonly ${operationId}: {`,
    `    readonly query: ${fieldsOf(query, '    ')}`,
    `    readonly body: ${body === undefined ? 'undefined' : typeOf(body, '    ')}`,
    `    readonly answer: ${unique(answers.map((schema) => typeOf(schema, '    '))).join(' | ') || 'undefined'}`,
    '  }',
  ].join('\n')
}

/** Every named shape, and of each operation its query, body and answers. */
export function clientTypes(): string {
  const { paths = {}, components = {} } = describeApi()
  const shapes = Object.entries(components.schemas ?? {}).map(
    ([name, schema]) =>
      `export type ${name === 'Error' ? 'ErrorBody' : name} = ${typeOf(schema, '')}`,
  )
  const operations = Object.values(paths).flatMap((item) =>
    METHODS.flatMap((method) => (item?.[method] === undefined ? [] : [operationOf(item[method])])),
  )
  return [HEAD, ...shapes, ['export interface Operations {', ...operations, '}'].join('\n')]
    .join('\n\n')
    .replaceAll('\n\n\n', '\n\n')
    .concat('\n')
}

/** The tools in the words of the API, without what only the server knows. */
export function toolDefinitions(): string {
  const tools = TOOLS.map(({ name, description, role, inputSchema: parameters }) => {
    return { name, role, description, parameters }
  })
  return `${HEAD}\nexport const TOOL_DEFINITIONS = ${JSON.stringify(tools, null, 2)} as const\n`
}

if (import.meta.main) {
  await writeFile(TYPES_FILE, clientTypes())
  await writeFile(TOOLS_FILE, toolDefinitions())
}
