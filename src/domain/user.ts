/**
 * Whether something is an id under which a user can be found again. URLs have no way to say `.` and `..`, encoded or not: whoever
 * is called that could be neither exported nor erased.
 */
export const isUserId = (id: string | null): id is string =>
  id !== null && id.trim() !== '' && !isDotSegment(id)

/** https://url.spec.whatwg.org/#single-dot-path-segment: what a path cannot hold, because it is resolved away. */
export const isDotSegment = (id: string): boolean => id === '.' || id === '..'
