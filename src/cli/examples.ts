/** Command lines to copy, below a help text. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((each) => `  $ ${each}`).join('\n')}`
}
