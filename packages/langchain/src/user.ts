/** The user that the application fixed, or that the run names; undefined leaves it to the key. */
export function userOf(
  fixed: string | undefined,
  configurable: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  if (fixed !== undefined) return fixed
  const named = configurable?.['user_id']
  return typeof named === 'string' && named !== '' ? named : undefined
}
