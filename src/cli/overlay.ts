import { environmentSchema, HASHING, loadConfig, type Config } from '../config.ts'

/** The variables that a configuration was read from, as text, without those that do not concern Memoir. */
function variablesOf(config: Config): Record<string, string> {
  const known = Object.keys(environmentSchema.shape) as (keyof typeof environmentSchema.shape)[]
  return {
    ...config.temporalEnv,
    ...Object.fromEntries(
      known
        .filter((name) => config.given.has(name))
        .map((name) => [name, textOf(name, config[name])]),
    ),
  }
}

/** `hashing` alone reads as nothing, and a map is written as it is read: `word=role,word=role`. */
function textOf(name: string, value: unknown): string {
  if (name === 'EMBEDDING_MODEL' && value === undefined) return HASHING
  if (!(value instanceof Map)) return String(value)
  return [...value].map(([word, role]) => `${String(word)}=${String(role)}`).join(',')
}

/**
 * The configuration with what `up` started laid over it. `given` stays what a person set: a generated key, for example, does not
 * count as one that was chosen.
 */
export function withVariables(config: Config, variables: Readonly<Record<string, string>>): Config {
  const read = loadConfig({ ...variablesOf(config), ...variables })
  return Object.freeze({ ...read, given: config.given })
}
