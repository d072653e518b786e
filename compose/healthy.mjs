/** Health check of a container: exit 0 when the address answers with success. */
const [, , url = ''] = process.argv
try {
  const { ok } = await fetch(url, { signal: AbortSignal.timeout(4_000) })
  process.exit(ok ? 0 : 1)
} catch {
  process.exit(1)
}
