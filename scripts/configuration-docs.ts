import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { environmentSchema } from '../src/config.ts'

/**
 * docs/configuration.md: types and defaults out of the schema, words out of .env.example. A test fails until a change of either is
 * written anew with `node scripts/configuration-docs.ts`.
 */

export const CONFIGURATION_FILE = new URL('../docs/configuration.md', import.meta.url)
const EXAMPLE = new URL('../.env.example', import.meta.url)

const HEAD = `# Configuration

<!-- Written by scripts/configuration-docs.ts; change src/config.ts or .env.example instead. -->

Memoir reads these variables from the environment, and from an \`.env\` file in the folder where it is started. An empty variable counts as
not set. Every problem is reported at once, by name, before anything opens; \`memoir doctor\` checks what they lead to. \`memoir up\` needs
none of them.
`

/** Values that must not be shown by whatever shows a configuration. */
const SECRET = /KEY$|PASSWORD$|_DATABASE_URL$|^DATABASE_URL$/

interface Variable {
  readonly name: string
  readonly words: string
  readonly example: string
}

interface Section {
  readonly title: string
  readonly variables: Variable[]
}

export function configurationDocs(): string {
  const sections = readExample(readFileSync(EXAMPLE, 'utf8'))
  const body = sections.map(({ title, variables }) => {
    const rows = variables.map((variable) => `| ${cells(variable).join(' | ')} |`)
    return [`\n## ${title}\n`, '| variable | value | default | |', '|---|---|---|---|', ...rows]
  })
  return `${HEAD}${body.flat().join('\n')}\n`
}

/** Sections are lines of `── Title ──`; the words of a variable are the lines above it, shared by those that follow at once. */
function readExample(text: string): Section[] {
  const sections: Section[] = []
  let words: string[] = []
  let spoken = false
  for (const line of text.split('\n')) {
    const title = /^# ── (.+?) ─+$/.exec(line)?.[1]
    const [, name, example = ''] = /^#([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? []
    if (title !== undefined) {
      sections.push({ title, variables: [] })
      words = []
    } else if (name !== undefined) {
      sections.at(-1)?.variables.push({ name, example, words: words.join(' ') })
      spoken = true
    } else {
      if (spoken) words = []
      spoken = false
      if (line.startsWith('# ')) words.push(line.slice(2))
    }
  }
  return sections
}

function cells({ name, words, example }: Variable): string[] {
  const { type, standard } = factsOf(name)
  const secret = SECRET.test(name) ? ' Secret.' : ''
  const shown = standard ?? `none; such as \`${example}\``
  const said = words.replace(/^None(\.|: )\s*/, (_, mark) => (mark === ': ' ? 'Without it: ' : ''))
  return [`\`${name}\``, type, shown, `${said}${secret}`].map((cell) => cell.replaceAll('|', '\\|'))
}

const propertySchema = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  default: z.unknown().optional(),
})

const { properties } = z
  .object({ properties: z.record(z.string(), propertySchema) })
  .parse(z.toJSONSchema(environmentSchema, { io: 'input', unrepresentable: 'any' }))

function factsOf(name: string): { type: string; standard: string | undefined } {
  const property = properties[name]
  if (!property) throw new Error(`${name} is not in the schema`)
  const { default: standard } = property
  const empty = standard === '' ? 'none' : `\`${String(standard)}\``
  return { type: typeOf(property), standard: standard === undefined ? undefined : empty }
}

function typeOf(property: z.infer<typeof propertySchema>): string {
  const { type, enum: values, minimum, maximum, minLength } = property
  if (values) return values.includes('true') ? '`true` or `false`' : `\`${values.join('`, `')}\``
  const number = minimum !== undefined && maximum !== undefined
  if (number || type === 'integer') return `${figure(minimum)} to ${figure(maximum)}`
  return minLength !== undefined && minLength > 1
    ? `text, at least ${minLength} characters`
    : 'text'
}

const figure = (value = 0): string => value.toLocaleString('en-US')

if (import.meta.main) await writeFile(CONFIGURATION_FILE, configurationDocs())
