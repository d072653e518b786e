import { useSyncExternalStore } from 'react'

/** The page's colours for what is drawn on a canvas, which no stylesheet reaches. */

const NAMES = [
  'ink',
  'quiet',
  'line',
  'line-strong',
  'accent',
  'accent-soft',
  'bad',
  'warn',
  'raised',
] as const
export type Colours = Readonly<Record<(typeof NAMES)[number], string>>

const DARK = '(prefers-color-scheme: dark)'

function subscribe(listener: () => void): () => void {
  const scheme = matchMedia(DARK)
  scheme.addEventListener('change', listener)
  return () => scheme.removeEventListener('change', listener)
}

function readColours(): Colours {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: (typeof NAMES)[number]) => style.getPropertyValue(`--${name}`).trim()
  return {
    ink: colour('ink'),
    quiet: colour('quiet'),
    line: colour('line'),
    'line-strong': colour('line-strong'),
    accent: colour('accent'),
    'accent-soft': colour('accent-soft'),
    bad: colour('bad'),
    warn: colour('warn'),
    raised: colour('raised'),
  }
}

let known: { readonly dark: boolean; readonly colours: Colours } | undefined

function coloursNow(): Colours {
  const dark = matchMedia(DARK).matches
  if (known?.dark !== dark) known = { dark, colours: readColours() }
  return known.colours
}

/** Other ones as soon as somebody turns the lights off. */
export const useColours = (): Colours => useSyncExternalStore(subscribe, coloursNow)
