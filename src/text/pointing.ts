import { spelled } from './spelling.ts'
import { wordsOf } from './words.ts'

/**
 * Words that ask or point and name nothing: a question of these alone ("und warum?", "那是什么时候？") is about what was spoken of before.
 * Lists of stop words hold some of them, in some languages.
 */
const POINTING: Readonly<Record<string, string>> = {
  en: 'one whose whom which come',
  de: 'her hin wem wen wer wessen warum wieso weshalb weswegen woher wohin womit wofür wozu wann wo wie viel viele welche welcher welches',
  fr: 'quand pourquoi où comment combien quoi qui quel quelle quels quelles lequel laquelle là',
  es: 'cuándo cuando dónde donde quién quiénes qué cuál cuáles cuánto cuánta cómo adónde',
  it: 'quando stato perché chi dove quanto quanta quale quali come cosa',
  pt: 'quando onde quanto quanta quem qual quais como porquê',
  nl: 'wanneer waarom waar hoeveel welke wie wat hoe',
  ru: 'это почему зачем сколько когда где кто куда откуда какой какая какое как',
  pl: 'a kiedy to było dlaczego czemu kto gdzie ile jaki jaka jakie jak skąd dokąd',
}
const WORDS = new Map(
  Object.entries(POINTING).map(([language, list]) => [
    language,
    new Set(wordsOf(list).map(spelled)),
  ]),
)
const NONE: ReadonlySet<string> = new Set()

/** Written without spaces, they are taken out of the text before it is cut. */
const UNSPACED =
  /什么时候|什么|为什么|为何|怎么样|怎么|怎样|哪里|哪儿|哪个|多少|多久|那里|这里|那个|这个|那|这|谁|何时|他们|她们|他|她|它|是|有|在|的|了|呢|吗|和|又|也|いつ|なぜ|どうして|どこ|だれ|誰|なに|何|どれ|どの|それ|これ|あれ|でした|ですか|です|か|は|が|の|に|で/gu
const CJK = new Set(['zh', 'ja'])

/** The words of a text that neither ask nor point. */
export function namingWords(text: string, language: string): string[] {
  const pointing = WORDS.get(language) ?? NONE
  const rest = CJK.has(language) ? text.replaceAll(UNSPACED, ' ') : text
  return wordsOf(rest).filter((word) => !pointing.has(spelled(word)))
}
