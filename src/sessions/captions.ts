import type { Turn } from '../domain/transcript.ts'
import { readLabel, type Label } from './labels.ts'

/** Captions of calls and films (WebVTT, SRT): what one speaker says in cues that follow one another is one turn. */

const CLOCK = String.raw`(?:\d{1,3}:)?\d{2}:\d{2}[.,]\d{1,3}`
const TIMING = new RegExp(String.raw`^[ \t]*${CLOCK}[ \t]*-->[ \t]*${CLOCK}(?:[ \t].*)?$`, 'u')
const NUMBERED = new RegExp(String.raw`^\s*\d+\s*\n[ \t]*${CLOCK}[ \t]*-->`, 'u')
const HEADER = /^\s*WEBVTT(?=[ \t\n]|$)/u
/** Blocks that nobody says. */
const SILENT = /^(?:NOTE|STYLE|REGION)(?=[ \t\n]|$)/u
const VOICE = /<v(?:\.[\w.-]+)?[ \t]+([^>\n]{1,100})>/gu
const TAG = /<\/?[a-z0-9][^<>\n]{0,100}>/giu
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  lrm: '',
  rlm: '',
}

interface Cue {
  readonly name: string | null
  readonly role: string
  readonly text: string
}

/** @returns null for a text that is no captions */
export function readCaptions(text: string): Turn[] | null {
  if (!HEADER.test(text) && !NUMBERED.test(text.slice(0, HEAD_CHARS))) return null
  const cues = text.split(/\n[ \t]*\n/u).flatMap(cuesIn)
  const byVoice = VOICE.test(text)
  VOICE.lastIndex = 0
  const turns: Turn[] = []
  for (const { name, role, text: said } of byVoice ? cues : named(cues)) {
    const last = turns.at(-1)
    if (last !== undefined && last.name === name && last.role === role) {
      turns[turns.length - 1] = { ...last, content: `${last.content} ${said}` }
    } else turns.push({ position: turns.length, role, name, content: said, at: null })
  }
  return turns.length === 0 ? null : turns
}

const HEAD_CHARS = 200

/** A block of lines as its cue, or as one for each voice in it. */
function cuesIn(block: string): Cue[] {
  if (SILENT.test(block.trimStart())) return []
  const lines = block.split('\n')
  const timing = lines.findIndex((line) => TIMING.test(line))
  if (timing === -1) return []
  const said = lines.slice(timing + 1).join('\n')
  const voices = [...said.matchAll(VOICE)]
  const parts = voices.map(({ 0: tag, 1: name = '', index }, at) => ({
    name: plain(name),
    text: said.slice(index + tag.length, voices[at + 1]?.index ?? said.length),
  }))
  const before = { name: null, text: said.slice(0, voices[0]?.index ?? said.length) }
  return [before, ...parts]
    .map(({ name, text }) => ({ name, role: 'user', text: plain(text) }))
    .filter(({ text }) => text !== '')
}

const plain = (text: string) =>
  text
    .replaceAll(TAG, '')
    .replaceAll(/&(\w{2,4});/gu, (found, name: string) => ENTITIES[name] ?? found)
    .trim()

/** Names before a colon, where the captions have no voices. A cue without one goes on with what was said before. */
function* named(cues: readonly Cue[]): Generator<Cue> {
  let name: string | null = null
  let role = 'user'
  for (const { text } of cues) {
    let said: string[] = []
    for (const line of text.split('\n').map((each) => each.replace(/^[-–—]\s+/u, ''))) {
      const label: Label | null = readLabel(line)
      if (label === null) {
        said.push(line)
        continue
      }
      if (said.length > 0) yield { name, role, text: said.join('\n') }
      name = label.role === null ? label.text : null
      role = label.role ?? 'user'
      const rest = line.slice(label.length).trim()
      said = rest === '' ? [] : [rest]
    }
    if (said.length > 0) yield { name, role, text: said.join('\n') }
  }
}
