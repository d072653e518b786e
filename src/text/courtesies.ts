import { lexemesOf } from './tokens.ts'

/**
 * Words with which people greet, thank, agree and marvel, in eleven languages: what consists of them alone tells nothing that anybody
 * will ask for. None of them is said of something in particular, so "great" is one and "tired" is not.
 */
const COURTESIES: Readonly<Record<string, string>> = {
  en: `hi hello hey hiya bye goodbye thanks thank thx cheers welcome please sorry congrats congratulations ok okay yes yeah yep no nope
    sure right exactly absolutely definitely totally agreed indeed true great good nice cool awesome amazing wonderful fantastic
    lovely perfect wow haha lol hmm oh ah aw well noted understood gotcha morning afternoon evening night later soon tomorrow
    pleasure problem worries glad luck cool brilliant excellent super alright fine a lot much many so very really`,
  de: `hallo hi hey servus moin tschüss tschau danke dankeschön bitte gern gerne entschuldigung sorry glückwunsch ok okay ja jep nein nö
    klar genau richtig stimmt absolut natürlich toll super gut schön prima klasse wunderbar perfekt wow haha hm oh ach na
    verstanden notiert morgen tag abend nacht später bald wiedersehen freut viel vielen vielmals sehr`,
  fr: `salut bonjour bonsoir coucou merci au revoir bienvenue pardon désolé désolée félicitations bravo ok oui ouais non sûr exactement
    absolument accord super génial bien bon bonne cool parfait magnifique merveilleux waouh haha hm oh ah compris noté nuit
    journée soirée bientôt plaisir courage beaucoup mille revoir`,
  es: `hola buenas gracias adiós chao bienvenido bienvenida perdón siento felicidades enhorabuena ok vale sí no claro exacto
    exactamente cierto genial estupendo bueno buena bien perfecto maravilloso guay vaya guau jaja hm oh ah entendido anotado días
    tardes noches luego pronto gusto suerte muchas muchos mucho muy`,
  it: `ciao salve buongiorno buonasera buonanotte grazie prego arrivederci benvenuto scusa scusi congratulazioni complimenti ok sì no
    certo esatto vero bello bene buono ottimo perfetto fantastico meraviglioso wow haha hm oh ah capito presto dopo piacere bravo molto mille tante`,
  pt: `olá oi bom boa dia tarde noite obrigado obrigada tchau adeus bem-vindo desculpa desculpe parabéns ok sim não claro exato certo
    ótimo legal perfeito maravilhoso uau haha hm oh ah entendi anotado logo breve prazer sorte muito muita`,
  nl: `hallo hoi hey dag doei dank bedankt dankjewel graag sorry gefeliciteerd ok oké ja nee zeker precies klopt natuurlijk leuk goed
    mooi prima geweldig fantastisch perfect wauw haha hm oh ach begrepen genoteerd morgen middag avond nacht later straks veel heel erg wel`,
  ru: `привет здравствуй здравствуйте пока спасибо пожалуйста извини извините поздравляю ок да нет конечно точно верно отлично
    хорошо супер класс здорово прекрасно замечательно вау ого ха хм ох ах понял поняла ясно утро день вечер ночь скоро большое очень`,
  pl: `cześć hej witaj witam dzień dobry dobranoc dzięki dziękuję proszę przepraszam gratulacje ok tak nie jasne dokładnie racja
    świetnie dobrze super fajnie doskonale wspaniale wow haha hm oh ach rozumiem wieczór noc wkrótce bardzo`,
  zh: '你好 您好 嗨 再见 谢谢 多谢 不客气 请 对不起 抱歉 恭喜 好 好的 是 是的 对 对的 不 没错 当然 太好了 太 很好 真好 棒 真棒 哇 哈哈 嗯 哦 啊 明白 知道 早上 早安 晚安 晚上',
  ja: 'こんにちは こんばんは おはよう おやすみ さようなら ありがとう ありがとうございます ございます どうぞ どうも すみません ごめん おめでとう はい ええ いいえ うん もちろん 良い いい 素晴らしい すごい 最高 わあ なるほど 了解 承知 ました です ます ね よ',
}

const ENGLISH = wordsIn('en')
const BY_LANGUAGE = new Map<string, ReadonlySet<string>>([['en', ENGLISH]])

function wordsIn(language: string): ReadonlySet<string> {
  return new Set(lexemesOf(COURTESIES[language] ?? '', language))
}

/** The lexemes of a language's courtesies, and of the English ones, which are said everywhere. */
export function courtesiesOf(language: string): ReadonlySet<string> {
  const before = BY_LANGUAGE.get(language)
  if (before !== undefined) return before
  if (!Object.hasOwn(COURTESIES, language)) return ENGLISH
  const lexemes = wordsIn(language).union(ENGLISH)
  BY_LANGUAGE.set(language, lexemes)
  return lexemes
}
