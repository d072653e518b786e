/** The environment as it is, for programs that are started: what they are found by and need. No configuration of Memoir. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env
}
