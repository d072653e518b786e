/**
 * Words that make a value beside them a secret, in English, German, Spanish, French, Chinese and Arabic. They are regular expression
 * sources, matched without regard to case; German compounds are found by their last part.
 */

export type SensitiveKind = 'password' | 'code' | 'key' | 'document' | 'card' | 'account'

export interface ContextWords {
  readonly kind: SensitiveKind
  /** Beside a value that looks like one of this kind. */
  readonly words: RegExp
  /** Only beside what can be nothing else: a plain word is more often something's name. */
  readonly strict?: true
}

const anyOf = (...sources: readonly string[]) => new RegExp(sources.join('|'), 'giu')

/** Short words are no part of longer ones. */
const whole = (...words: readonly string[]) =>
  `(?<![\\p{L}\\p{N}])(?:${words.join('|')})(?![\\p{L}\\p{N}])`

const NUMBER =
  '(?:numbers?|no\\.?|nr\\.?|id|ids|n\\.?º|n°|nummern?|n[uú]meros?|num\\.?|num[eé]ros?)'

/** "Code" alone may be of a discount or a programme: it opens something, or is said to be secret. */
const OPENED = [
  'doors?|gates?|alarm|garage|entrance|entry|access|lock|padlock|safe|locker|keypad|building|key ?box|lock ?box|house|flat|apartment|office|elevator|security|sim',
  't[uü]r\\p{L}*|haust[uü]r|tor|alarm\\p{L}*|garagen?\\p{L}*|eingang\\p{L}*|zugang\\p{L}*|schloss|tresor|safe|schließfach|schlüssel\\p{L}*|sicherheit\\p{L}*',
  'puerta|portal|alarma|garaje|entrada|acceso|candado|caja fuerte|taquilla|trastero|edificio|seguridad',
  "porte|portail|immeuble|alarme|garage|entrée|accès|cadenas|coffre|casier|sécurité|d['’]entrée|d['’]accès",
].join('|')

const CODE_WORD =
  '(?:codes?|kode|combinations?|kombination|zahlencode|c[oó]digo|combinaci[oó]n|combinaison)'

export const CONTEXT_WORDS: readonly ContextWords[] = [
  {
    kind: 'password',
    words: anyOf(
      'pass ?words?|pass ?phrase|passcodes?|(?:wi-?fi|wlan|network|netzwerk)[ -]?(?:key|schlüssel)',
      'pass?wort|passwörter|kennwort|kennwörter|losungswort|netzwerkschlüssel',
      `contraseñas?|${whole('clave')}(?! (?:del?|para)(?!\\p{L})(?! (?:mi |la |el )?(?:wi-?fi|internet|router|red|correo|cuenta|banco|tarjeta|m[oó]vil|ordenador|acceso)))`,
      'mots? de passe|clé (?:du |de la |de |réseau )?(?:wi-?fi|wlan|box|réseau)',
      '密码|密碼|口令',
      'كلم[ةه] (?:ال)?(?:مرور|سر)(?: الخاص[ةه])?|كلمات المرور|باسو?رد',
    ),
  },
  { kind: 'password', words: anyOf(whole('wi-?fi', 'wlan'), '无线网|واي ?فاي'), strict: true },
  {
    kind: 'code',
    words: anyOf(
      whole('pin', 'pins', 'puk', '(?-i:TAN)', 'cvv', 'cvc', 'cvv2', 'otp'),
      whole(`(?:${OPENED})(?:['’]s)?[ -]?${CODE_WORD}`),
      `${whole(CODE_WORD)}(?= [^.!?\\d]{0,32}(?<!\\p{L})(?:${OPENED})(?!\\p{L}))`,
      `(?<=(?<!\\p{L})(?:${OPENED})(?!\\p{L})[^.!?]{0,32})${whole(CODE_WORD)}`,
      `${whole('keypad', 'key ?box', 'lock ?box')}|schlüssel(?:kasten|tresor|safe)|zahlenschloss`,
      '(?:tür|tor|alarm|zugangs|garagen|eingangs|schließfach|tresor|safe|sicherheits|zahlen|entsperr|handy|geheim)codes?|geheimzahl|geheimnummer|zahlenkombination',
      'c[oó]digo (?:secreto|pin)|n[uú]mero secreto',
      'digicode|code (?:secret|pin|confidentiel)',
      '门禁码|門禁碼|开门码|验证码|安全码|PIN ?码|解锁码',
      '(?:ال)?رمز (?:ال)?(?:سري?|باب|دخول|إنذار|انذار|أمان|خزن[ةه]|قفل|بواب[ةه]|كراج|مرآب|تعريف الشخصي|تحقق)|الرمز السري|الرقم السري|رقم سري|كود (?:ال)?(?:باب|دخول|إنذار|انذار|بواب[ةه])',
    ),
  },
  {
    kind: 'key',
    words: anyOf(
      '(?:api|access|secret|private|licen[cs]e|recovery|encryption|seed)[ -]?(?:key|phrase|token|secret)s?',
      whole('tokens?', 'bearer', 'secret'),
      '(?:api|zugriffs|lizenz|wiederherstellungs)[ -]?(?:schlüssel|token)',
      "(?:clave|llave) (?:de )?(?:api|acceso|licencia|recuperaci[oó]n)|clé (?:d[’']|de )?(?:api|accès|licence|récupération)",
      '(?:API|访问|授权|许可)[ -]?(?:密钥|令牌)|密钥|令牌',
      'مفتاح (?:ال)?(?:api|واجه[ةه]|ترخيص|وصول)',
    ),
  },
  {
    kind: 'card',
    words: anyOf('cards?|karten?(?:nummer)?|tarjetas?|cartes?|卡号?|بطاق[ةه]'),
  },
  {
    kind: 'account',
    words: anyOf(
      whole('iban', 'routing number', 'sort code'),
      `(?:bank )?account ${NUMBER}`,
      'kontonummer|kontonr\\.?',
      'n[uú]mero de (?:la |mi )?cuenta|cuenta bancaria',
      'numéro de (?:mon |son )?compte|compte bancaire',
      '银行账[号户]|账号|帐号',
      'رقم (?:ال)?حساب|آيبان|ايبان',
    ),
  },
  {
    kind: 'document',
    words: anyOf(
      'passports?|(?:identity|id|residence|green|social security) cards?|(?:driver.{0,2}s?|driving) licen[cs]e',
      `(?:national )?(?:id|identity|identification|personal) ${NUMBER}|social security|national insurance|${whole('ssn', '(?-i:ITIN|TIN|NINO|EIN)')}`,
      `tax(?:payer)? ?(?:identification )?${NUMBER}|${whole('policy')}|(?:insurance|policy|contract|member|membership|medicare|nhs|visa|residence permit) ?(?:policy |member |card )?${NUMBER}`,
      '(?:reise)?pass(?:nummer|nr\\.?)|reisepass|personalausweis\\p{L}*|ausweis(?:nummer|nr\\.?)|führerschein(?:nummer)?|(?:sozial|renten|kranken|unfall)?versicher\\p{L}*nummer|(?:sozial|renten|kranken)?versicherungsnr\\.?|vertragsnummer|policennummer|steuer(?:nummer|[ -]?id\\p{L}*|nr\\.?)|aufenthaltstitel',
      `pasaporte|carn[eé] de (?:identidad|conducir)|documento de identidad|${whole('(?-i:DNI|NIE|NIF|CURP|RFC|NSS)')}|(?:n[uú]mero )?(?:de la |de )?seguridad social|n[uú]mero (?:fiscal|de contrato|de (?:la )?p[oó]liza|de (?:afiliaci[oó]n|asegurado|seguro))|tarjeta sanitaria|permiso de conducir`,
      "passeport|carte (?:nationale )?d[’']identité|carte vitale|titre de séjour|permis de conduire|sécurité sociale|numéro (?:fiscal|de contrat|de contribuable|d[’']assur\\p{L}*|de police|de sécu)|numéro d[’']identité",
      '护照|身份证|社保|社会保障|税号|纳税人识别|保单号|保险单?号|合同号|驾驶?证号|驾照|医保卡?号',
      'جواز (?:ال)?سفر\\p{L}*|جوازي?|(?:رقم |بطاق[ةه] )(?:ال)?(?:هوي[ةه]|إقام[ةه]|اقام[ةه])|(?:رقم )?(?:ال)?هوي[ةه]|الرقم (?:القومي|الوطني|الضريبي|التأميني)|رقم (?:ال)?(?:ضمان|تأمين|ضريب|رخص[ةه]|وثيق[ةه]|بوليص[ةه])\\p{L}*|الضمان الاجتماعي|رخص[ةه] (?:ال)?قياد[ةه]',
    ),
  },
]

/** Between a context word and a value they say that the value is something else. */
export const ORDINARY = anyOf(
  'invoice|order|booking|reservation|confirmation|phone|telephone|mobile|call|tel\\.|fax|flight|train|room|version|appointment|tracking|receipt',
  'rechnung|bestell|buchung|reservierung|telefon|handynummer|rufnummer|flug|zimmer|termin|sendung|hotline',
  'factura|pedido|reserva|tel[eé]fono|m[oó]vil|vuelo|habitaci[oó]n|cita',
  'facture|commande|réservation|téléphone|portable|vol |chambre|rendez-vous',
  '发票|订单|预订|预约|电话|手机号|航班|房间|快递',
  'فاتور|طلب|حجز|هاتف|جوال|رحل[ةه]|غرف[ةه]|موعد',
)

/** A question of how to get in asks for what opens. */
export const GETTING_IN = anyOf(
  'how (?:do|can|does|could) \\P{Lu}{1,24}(?:get in(?:to)?(?= (?:the|my|our|a|your)(?!\\p{L})|[?.!]|$)|enter|unlock|open|let \\P{Lu}{1,12} in)',
  'wie (?:komm|gelang)\\p{L}* .{0,60}(?:rein|hinein|in d(?:en|as|ie)|ins)|wie öffne|wie (?:schließ|sperr)\\p{L}* .{0,40} auf',
  'cómo (?:entr|abr)\\p{L}*|cómo (?:puedo|podemos|se puede) (?:entrar|abrir)',
  "comment (?:(?:est-ce que |puis-je |peut-on |on |j['’]|je ))?(?:entr|ouvr)\\p{L}*",
  '怎么(?:进|开)(?:门|入)?|如何(?:进入|打开)',
  'كيف (?:أدخل|ادخل|ندخل|أفتح|افتح|نفتح|يمكنني (?:الدخول|فتح))',
)

/** What a question for a number of a document says beside it; other kinds are asked for by their names. */
export const NUMBER_WORDS = new RegExp(
  `${whole(NUMBER)}|nummer|号|號|رقم|${whole('ssn', '(?-i:ITIN|TIN|NINO|EIN|DNI|NIE|NIF|CURP|RFC|NSS)')}|steuer-?id|الهوي[ةه]`,
  'iu',
)
