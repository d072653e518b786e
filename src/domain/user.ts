/**
 * Whether something is an id under which a user can be found again. URLs have no way to say `.` and `..`, encoded or not: whoever
 * is called that could be neither exported nor erased.
 */
export const isUserId = (id: string | null): id is string =>
  id !== null && id.trim() !== '' && id.length <= MAX_USER_CHARS && !isDotSegment(id)

/** As the table of users holds it; a longer id is somebody's text. */
const MAX_USER_CHARS = 256

/** https://url.spec.whatwg.org/#single-dot-path-segment: what a path cannot hold, because it is resolved away. */
export const isDotSegment = (id: string): boolean => id === '.' || id === '..'
