import {
  ABOVE,
  DEICTIC,
  HAND_OVER,
  LETTER_BEGINS,
  LETTER_ENDS,
  OF_OTHERS,
  OWN_AGAIN,
  ROLE_PLAY,
  ROLE_PLAY_ENDS,
  SUPPOSED,
} from './cues.ts'

/**
 * Whose words a message holds. People hand over letters to correct, quote what others wrote, paste logs, play parts, and applications
 * put Memoir's own memories in front of what is asked. Of all that nothing is a statement of the user's. Where it is not clear how far
 * such a text goes, more is taken for it: a statement that is missed can be made again, one of the wrong person stays.
 */

/** Stands for a sign of somebody else's words inside a sentence of the user's: no letter, no digit, no end of a sentence. */
export const OTHERS_SIGN = '\u{FFFC}'

/** The message with an `OTHERS_SIGN` for every sign that is not the user's own; lines and places stay as they were. */
export function onlyOwnWords(text: string): string {
  return BLANKING.reduce((rest, blank) => blank(rest), text)
}

/** Where a message begins to play a part that goes on in the next ones, or ends it; undefined where it does neither. */
export function changesRolePlay(
  text: string,
): { readonly to: 'begins' | 'ends'; readonly at: number } | undefined {
  const ends = ROLE_PLAY_ENDS.exec(text)
  if (ends !== null) return { to: 'ends', at: ends.index + ends[0].length }
  for (const { 0: sentence, index } of text.matchAll(SENTENCE)) {
    if (isAsked(sentence, ROLE_PLAY)) return { to: 'begins', at: index }
  }
  return undefined
}

type Blanking = (text: string) => string

/** The text with a sign for every sign of it: nothing of it is the user's own. */
export const withoutWords = (text: string): string => signs(text)

const signs = (found: string) => found.replaceAll(/[^\n]/g, OTHERS_SIGN)
const blankRange = (text: string, from: number, to: number) =>
  text.slice(0, from) + signs(text.slice(from, to)) + text.slice(to)

const blanked =
  (pattern: RegExp): Blanking =>
  (text) =>
    text.replaceAll(pattern, signs)

/** Names of tags that set off a word and not a text. */
const INLINE_TAG = /^(?:a|b|i|u|s|em|strong|span|sub|sup|mark|small|br|hr|img|kbd|del|ins|font)$/iu
const TAG = /(<|&lt;)(\/?)([a-z][\w:-]{0,40})(?:\s[^<>]{0,200})?(?:>|&gt;)/giu

/** Elements and what they hold: `<memories>…</memories>`, however deep, and to the end of its entries where it is never closed. */
function blankElements(text: string): string {
  let rest = text
  let depth = 0
  let from = 0
  let name = ''
  for (const { 0: tag, 1: mark = '', 2: slash, 3: word = '', index } of text.matchAll(TAG)) {
    // One that is quoted inside another is written otherwise, and may never be closed.
    const found = mark + word.toLowerCase()
    if (INLINE_TAG.test(word) || (depth > 0 && found !== name)) continue
    if (depth === 0) {
      if (slash === '/') continue
      name = found
      from = index
    }
    depth += slash === '/' ? -1 : 1
    if (depth === 0) rest = blankRange(rest, from, index + tag.length)
  }
  if (depth === 0) return rest
  return blankRange(rest, from, endOfEntries(text, from))
}

/** `[3] 2026-11-30 user: …` and `3. 2026-11-30 (fact, id …): "…"`, indented, quoted or in a list. */
const ENTRY = String.raw`(?:\[\d{1,4}\]|\d{1,4}[.)])[ \t]*\(?\d{4}-\d{2}-\d{2}`
const ENTRY_LINE = new RegExp(String.raw`^[ \t>"'*|•-]*${ENTRY}[^\n]*$`, 'gmu')
const ENTRY_INSIDE = new RegExp(String.raw`(?<=\S[^\n]*)${ENTRY}[^\n]*`, 'gu')
const BEGINS_ENTRY = new RegExp(String.raw`^\s*[ \t>"'*|•-]*${ENTRY}`, 'u')

/** The paragraph in which it begins, and those after it that begin with an entry. */
function endOfEntries(text: string, from: number): number {
  let end = endOfParagraph(text, from)
  while (end < text.length && BEGINS_ENTRY.test(text.slice(end))) {
    end = endOfParagraph(text, end + (/^\s*/u.exec(text.slice(end))?.[0].length ?? 0))
  }
  return end
}

const PARAGRAPH_END = /\n[ \t>]*\n/gu

function endOfParagraph(text: string, from: number): number {
  PARAGRAPH_END.lastIndex = from
  return PARAGRAPH_END.exec(text)?.index ?? text.length
}

/** Quotation marks that open and close differently, and straight ones where they stand as openings do. */
const QUOTATIONS: readonly RegExp[] = [
  /“[^”]*(?:”|$(?!\n))/gu,
  /„[^“”]*(?:[“”]|$(?!\n))/gu,
  /«[^»]*(?:»|$(?!\n))/gu,
  /[「『][^」』]*(?:[」』]|$(?!\n))/gu,
  /"""[\s\S]*?"""/gu,
  /(?<![\p{L}\p{N}])"[^"]*(?:"|$(?!\n))/gu,
  /(?<![\p{L}\p{N}])['‘](?=[\p{L}\p{N}])[^'‘’\n]*(?:['’](?=\p{L})[^'‘’\n]*){0,8}['’](?![\p{L}\p{N}])/gu,
]

/** A mark that is never closed reaches to the end of its paragraph; a sentence that ends inside ends outside too. */
const blankQuotations: Blanking = (text) =>
  QUOTATIONS.reduce(
    (rest, pattern) =>
      rest.replaceAll(pattern, (found) => {
        const [, stop = ''] = /([.!?。！？])["”“»」』'’]$/u.exec(found) ?? []
        const closed = /["”“»」』'’]$/u.test(found)
        const end = closed ? found.length - stop.length : endOfParagraph(found, 0)
        return signs(found.slice(0, end)) + (closed ? stop : found.slice(end))
      }),
    text,
  )

/** Lines that are data or a pasted conversation: quotations of mails, tables, JSON, logs, speakers. */
const LINES: readonly RegExp[] = [
  /^[ \t]*>[^\n]*$/gmu,
  /^[ \t]*\|[^\n]*\|[ \t]*$/gmu,
  /^[ \t]*(?:[{}[\]]|"[^"\n]+"[ \t]*:)[^\n]*$/gmu,
  /^[ \t]*\[?\(?(?:\d{4}-\d{2}-\d{2}[T ])?\d{1,2}:\d{2}(?::\d{2}[\d.,]*)?\)?\]?[^\n]*?(?:\p{Lu}[\p{L}_-]+:|\b(?:ERROR|WARN|INFO|DEBUG|FATAL)\b)[^\n]*$/gmu,
  /^[ \t]*(?:ERROR|WARN(?:ING)?|INFO|DEBUG|FATAL|Traceback|Exception|Caused by|at [\w.$]+\()[^\n]*$/gmu,
  /^[ \t>*-]*(?:(?:user|assistant|system|human|ai|bot)\**[ \t]*[:：]|the user(?:['’]s)? )[^\n]*$/gimu,
  /^-{2,}[ \t]*(?:original|forwarded|weitergeleitete|ursprüngliche|mensaje|message)[\s\S]*/gimu,
]

/** Lines of programs, as people paste them without a fence around them. */
const CODE_LINE = new RegExp(
  String.raw`^[ \t]*(?:${[
    String.raw`(?:const|let|var)\s+[\w{[][^\n]*=[^\n]*`,
    String.raw`(?:(?:public|private|static|async|export|default)\s+)*(?:def|class|function|func|fn|impl|struct|enum|interface)\s+\w+[^\n]*[({:][^\n]*`,
    String.raw`import\s+(?:[^\n]*\s+from\s+)?['"][^\n]*|from\s+[\w.]+\s+import\b[^\n]*`,
    String.raw`(?:if|for|while|switch|catch)\s*\([^\n]*|for\s+\w+\s+in\s+[^\n]*:$|(?:elif|else|try|except)\b[^\n]*:$`,
    String.raw`(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP)\s[^\n]*`,
    String.raw`[\w.]+\([^\n]*\);?(?:[ \t]*(?:#|//)[^\n]*)?$`,
    String.raw`[\w.[\]]+[ \t]*(?:[-+*/|&]?=|=>|:=)[ \t]*\S[^\n]*`,
    String.raw`[^\n]*(?:[{}]|=>|[)'"\]]\s*;)$`,
  ].join('|')})`,
  'gmu',
)
const COMMENT_LINE = /^[ \t]*(?:\/\/|#|--|\/\*|\*)[^\n]*$/gmu

/** Comments count as code only beside it: elsewhere they are headings and lists. */
function blankCode(text: string): string {
  const rest = text.replaceAll(CODE_LINE, signs)
  return rest === text ? text : rest.replaceAll(COMMENT_LINE, signs)
}

/** "Given I am logged in / When I … / Then …": whoever tests the program. */
const STEP = /^[ \t]*(?:given|when|then|and|but)\b[^\n]*$/gimu

function blankScenario(text: string): string {
  const steps = text.match(STEP)?.map((step) => step.trim().slice(0, 4).toLowerCase()) ?? []
  const isScenario = steps.includes('then') && (steps.includes('give') || steps.includes('when'))
  return isScenario ? text.replaceAll(STEP, signs) : text
}

/** "As a nurse, I want to see my shifts": a story of those who write programs. */
const USER_STORY =
  /^[ \t"'*-]*(?:as an? [^,\n]{2,40},? i (?:want|need|can|would like|should)|als [^,\n]{2,40} (?:möchte|will) ich|como [^,\n]{2,40},? quiero|en tant que? [^,\n]{2,40},? je (?:veux|souhaite))[^\n]*$/gimu

const CHAT_LINE =
  /^[ \t]*(\p{Lu}[\p{L}\p{M}'-]{1,24}(?: \p{Lu}[\p{L}\p{M}'-]{0,24})?)[ \t]*[:：](?=\s)[^\n]*$/gmu

/** Lines of people who speak in turn, as a pasted chat has them: one of them speaks twice. */
function blankChat(text: string): string {
  const names = [...text.matchAll(CHAT_LINE)].map(([, name = '']) => name)
  return new Set(names).size === names.length ? text : text.replaceAll(CHAT_LINE, signs)
}

function blankLetters(text: string): string {
  const begins = LETTER_BEGINS.exec(text)
  return begins === null ? text : blankRange(text, begins.index, endOfLetter(text, begins.index))
}

function endOfLetter(text: string, from: number): number {
  const ends = LETTER_ENDS.exec(text.slice(from))
  return ends === null ? text.length : from + ends.index + ends[0].length
}

const SENTENCE = /[^.!?。！？\n:：]*[.!?。！？\n:：]*/gu
/** A request has its verb near its beginning. */
const REQUEST_CHARS = 90
const FIRST_PERSON = /(?<!\p{L})(?:i|ich|je|yo)(?!\p{L})|(?<!\p{L})j['’]|(?<![帮给替为让请])我/iu
const SECOND_PERSON = /(?<!\p{L})(?:you|du|sie|dich|tú|te|que|tu|vous|منك|أن)(?!\p{L})|你|您/iu

/** What is handed over to be worked on, and what an introduction says that somebody else wrote. */
function blankHandedOver(text: string): string {
  let rest = text
  for (const { 0: sentence, index } of text.matchAll(SENTENCE)) {
    const end = index + sentence.length
    const after = rest.slice(end).trimStart()
    const asks = isAsked(sentence, HAND_OVER)
    if (asks && after === '' && ABOVE.test(sentence)) {
      return blankRange(rest, 0, Math.max(0, rest.lastIndexOf('\n', index)))
    }
    const introduces = /[:：–—-]\s*$/u.test(sentence)
    const points = DEICTIC.test(sentence) && (asks || (introduces && HAND_OVER.test(sentence)))
    // "Could you look at this?", and a text after an empty line.
    const shows = /[?？؟]/u.test(sentence) && SECOND_PERSON.test(sentence) && DEICTIC.test(sentence)
    if (shows && !points && /^[^\n]*\n\s*\n/u.test(rest.slice(end - 1))) {
      const from = endOfParagraph(rest, index)
      rest = blankRange(rest, from, endOfHandedOver(rest, { from, sentence: '\n' }))
      continue
    }
    if (!points && !(introduces && (asks || OF_OTHERS.test(sentence)))) continue
    if (after === '' || after.startsWith(OTHERS_SIGN) || isBlank(rest, index)) continue
    rest = blankRange(rest, end, endOfHandedOver(rest, { from: end, sentence }))
  }
  return rest
}

const isBlank = (text: string, index: number) =>
  text.slice(index).trimStart().startsWith(OTHERS_SIGN)

/** Whether a sentence asks for that, near its beginning: "Can you correct …" does, "I correct exams" does not. */
function isAsked(sentence: string, cue: RegExp): boolean {
  const found = cue.exec(sentence.slice(0, REQUEST_CHARS))
  if (found === null) return false
  const before = sentence.slice(0, found.index)
  return !FIRST_PERSON.test(before) || SECOND_PERSON.test(before)
}

/** Given on the line of the request it ends with its paragraph; else with the message, or where the user speaks again. */
function endOfHandedOver(
  text: string,
  { from, sentence }: { readonly from: number; readonly sentence: string },
): number {
  const onSameLine = !sentence.includes('\n') && /^[^\n]*\S/u.test(text.slice(from))
  const start = from + (/^\s*/u.exec(text.slice(from))?.[0].length ?? 0)
  let end = endOfParagraph(text, start)
  // What stands right behind a colon is the text.
  const introduces = /[:：–—-]\s*$/u.test(sentence)
  if (onSameLine && (introduces || !isRemark(text, { start, end }))) return end
  const fence = /^(-{3,}|={3,}|\*{3,}|_{3,})[ \t]*\n/u.exec(text.slice(start))
  const closed = fence === null ? -1 : text.indexOf(`\n${fence[1] ?? ''}`, start + fence[0].length)
  if (closed > 0) return closed + (fence?.[1]?.length ?? 0) + 1
  while (end < text.length && !speaksAgain(text.slice(end))) {
    end = endOfParagraph(text, end + (/^\s*/u.exec(text.slice(end))?.[0].length ?? 0) + 1)
  }
  return end
}

/** More than a remark between the request and the text is the text itself. */
const REMARK_CHARS = 120

/** "Can you put this right? It is for our website" and then, in the next paragraph, what is meant. */
const isRemark = (text: string, { start, end }: { start: number; end: number }) =>
  end - start <= REMARK_CHARS &&
  text.slice(end).trim() !== '' &&
  !/[.!?。！？]\s+\S/u.test(text.slice(start, end))

const speaksAgain = (rest: string) => OWN_AGAIN.exec(rest.trimStart().slice(0, 60))?.index === 0

/** From a supposition, or the beginning of a part that is played, to the end of the message or of the part. */
function blankSupposed(text: string): string {
  for (const { 0: sentence, index } of text.matchAll(SENTENCE)) {
    if (!isAsked(sentence, SUPPOSED) && !isAsked(sentence, ROLE_PLAY)) continue
    const ends = ROLE_PLAY_ENDS.exec(text.slice(index))
    return blankRange(text, index, ends === null ? text.length : index + ends.index)
  }
  return text
}

/** What a phone or a program writes in the place of a picture or of a message that is gone: `<Media omitted>`. */
const PLACEHOLDER = /^[ \t]*<[^<>\n=]{1,80}[ .:][^<>\n=]{1,80}>[ \t]*$/gmu

const BLANKING: readonly Blanking[] = [
  blanked(PLACEHOLDER),
  blanked(/```[\s\S]*?(?:```|$(?!\n))|~~~[\s\S]*?(?:~~~|$(?!\n))|`[^`\n]{1,200}`/gu),
  blankElements,
  blanked(ENTRY_LINE),
  blanked(ENTRY_INSIDE),
  ...LINES.map(blanked),
  blankCode,
  blankScenario,
  blanked(USER_STORY),
  blankChat,
  blankLetters,
  blankQuotations,
  blankHandedOver,
  blankSupposed,
]
