/** What a program needs to find other programs and its caches, and nothing that configures Memoir: whoever runs tests may be logged in. */
export function bareEnvironment(): Record<string, string> {
  return {
    ...Object.fromEntries(
      ['PATH', 'HOME', 'XDG_CACHE_HOME', 'LANG'].flatMap((name) => {
        const value = process.env[name]
        return value === undefined ? [] : [[name, value]]
      }),
    ),
    XDG_CONFIG_HOME: '/nowhere',
  }
}
