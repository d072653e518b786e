/** What a program needs to find other programs and its caches, and nothing that configures Memoir. */
export function bareEnvironment(): Record<string, string> {
  return Object.fromEntries(
    ['PATH', 'HOME', 'XDG_CACHE_HOME', 'LANG'].flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
