/** Wall clocks and instants of a time zone, by the runtime's own tables. */

const MINUTE_MS = 60_000

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  formats.set(zone, made)
  return made
}

/** Minutes that clocks of the zone are ahead of UTC at an instant. */
function offsetAt(instant: number, zone: string): number {
  if (zone === 'UTC') return 0
  const name = formatOf(zone)
    .formatToParts(instant)
    .find(({ type }) => type === 'timeZoneName')?.value
  return offsetIn(name ?? '') ?? 0
}

/** Minutes of `+02:00`, `-0530` or `GMT+02:00` at the end of a text; null where there is none. */
export function offsetIn(text: string): number | null {
  const [, sign, hours, minutes] = /([+-])(\d{2}):?(\d{2})(?::\d{2})?$/.exec(text) ?? []
  if (sign === undefined) return null
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

/**
 * The instant at which a wall clock of the zone shows a time. What a clock skips or shows twice is read as one of its two sides.
 * @param wall milliseconds since 1970 as if the clock were UTC's
 */
export function instantOf(wall: number, zone: string): number {
  const near = wall - offsetAt(wall, zone) * MINUTE_MS
  return wall - offsetAt(near, zone) * MINUTE_MS
}

/** ISO 8601 with the zone's offset, so that its date is the day of somebody who lives there. */
export function isoIn(instant: Date, zone: string): string {
  const offset = offsetAt(instant.getTime(), zone)
  if (offset === 0) return instant.toISOString()
  const wall = new Date(instant.getTime() + offset * MINUTE_MS).toISOString().slice(0, -1)
  const [hours, minutes] = [Math.abs(offset) / 60, Math.abs(offset) % 60].map((part) =>
    String(Math.floor(part)).padStart(2, '0'),
  )
  return `${wall}${offset < 0 ? '-' : '+'}${hours}:${minutes}`
}
