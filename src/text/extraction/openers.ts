/** Takes away what a sentence opens and closes with and that says nothing: "Wow, Caroline!", "Yeah,", "since we last talked,". */

/** Said before a sentence, with or without a comma. */
const INTERJECTION =
  /^(?:wo+w|whoa|woah|ye(?:ah|p|s|ah)|no(?:pe)?|nah|o+h|a+w+|ah|ugh|hm+|haha+|lol|hey(?: there)?|hi(?: there)?|hello|thanks(?: (?:a lot|so much|a bunch|again))?|thank you(?: so much)?|well|ok(?:ay)?|btw|by the way|oh my|man|totally|absolutely|definitely|exactly|for sure|sure(?: thing)?|right|great|cool|nice|awesome|amazing|actually|anyways?|honestly|luckily|unfortunately|fortunately|seriously|of course|speaking of which|guess what|you know(?: what)?|fyi|good (?:morning|evening|afternoon)|plus|also|so|and|but|or|then|still|besides|to be honest|i mean|like|sorry)(?! far\b)(?<mark>\s*[,!.…:–—-]+\s*|\s+)/iu
/** These are words of the sentence where no mark follows ("like dogs", "no one", "great wine"). */
const NEEDS_MARK =
  /^(?:no|nah|man|right|great|cool|nice|awesome|amazing|sure|like|well|then|still|sorry|of course|absolutely|definitely|totally|actually|seriously|honestly|thanks.*|thank you.*|exactly|good .*|besides)$/iu

/** "Since we last talked" says when, but only to those two. */
const SINCE =
  /(?:^(?:so )?(?:much|a lot|lots)(?: has| have|'s)?(?: happened| changed)?)?\s*(?<!\p{L})since (?:we|our) (?:last )?(?:talk|sp[eo]|chat|met|saw|caught)\p{L}*(?: (?:last|up|time|each|other)){0,2}(?:,| -|!|\.$)?\s*/iu

/** "Please remember that …": the wish is kept as salience, the rest as content. */
const REMEMBER =
  /^(?:please |and |also )?(?:remember|note|keep in mind|don't forget|do not forget|for the record)(?: (?:that|this))?[,:]?\s+(?=\S)/iu

/** Openings stand in rows: "Hey Mel! Thanks, yeah, …". */
const MAX_OPENERS = 6

export interface Opened {
  readonly text: string
  /** Whether the speaker asks for it to be remembered. */
  readonly remember: boolean
}

/** @param called the names and short names of those who are spoken to */
export function withoutOpeners(sentence: string, called: readonly string[]): Opened {
  let text = sentence
  let remember = false
  for (let round = 0; round < MAX_OPENERS; round += 1) {
    const shorter = withoutName(withoutInterjection(text), called).replace(SINCE, ' ').trim()
    const rest = shorter.replace(REMEMBER, '')
    remember ||= rest !== shorter
    if (rest === text) break
    text = rest
  }
  return { text: withoutLastName(text, called), remember }
}

function withoutInterjection(text: string): string {
  const found = INTERJECTION.exec(text)
  if (found === null) return text
  const mark = found.groups?.['mark'] ?? ''
  const word = found[0].slice(0, found[0].length - mark.length)
  if (mark.trim() === '' && NEEDS_MARK.test(word)) return text
  return text.slice(found[0].length)
}

function withoutName(text: string, called: readonly string[]): string {
  const [first = ''] = text.split(/[\s,!.:–—-]/u, 1)
  if (!isCalled(first, called)) return text
  const mark = /^\s*[,!.…–—-]+\s*/u.exec(text.slice(first.length))
  return mark === null ? text : text.slice(first.length + mark[0].length)
}

function withoutLastName(text: string, called: readonly string[]): string {
  const found = /,\s*(\p{L}+)\s*[.!…]*$/u.exec(text.slice(-40))
  if (found === null || !isCalled(found[1] ?? '', called)) return text
  return `${text.slice(0, text.length - found[0].length)}.`
}

/** People shorten names: "Mel" for "Melanie". Three letters, or half the language would be a short name. */
const isCalled = (word: string, called: readonly string[]) =>
  word.length >= 3 && called.some((name) => name.toLowerCase().startsWith(word.toLowerCase()))
