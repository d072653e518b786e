/** How dates are said relative to a day, by language: templates with `{n}` a number, `{u}` a unit, `{w}` a weekday, `{m}` a month, `{d}` a day. */
export interface DateWords {
  readonly numbers: string
  /** Day, week, month, year. */
  readonly units: readonly [string, string, string, string]
  /** From Monday. */
  readonly weekdays: readonly string[]
  readonly months: readonly string[]
  readonly said: readonly (readonly [template: string, meaning: string])[]
  /** What was; what is to come has no sign that it never lacks. */
  readonly past: RegExp
  /** Comes back every week. */
  readonly repeated: RegExp
}

export const DATE_WORDS: Readonly<Record<string, DateWords>> = {
  en: {
    numbers: '(?:an?|one) two three four five six seven eight nine ten eleven twelve',
    units: ['days?', 'weeks?', 'months?', 'years?|yrs?'],
    weekdays:
      'mon(?:day)? tue(?:s|sday)? wed(?:nesday)? thu(?:rs|rsday)? fri(?:day)? sat(?:urday)? sun(?:day)?'.split(
        ' ',
      ),
    months:
      'jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? may june? july? aug(?:ust)? sept?(?:ember)? oct(?:ober)? nov(?:ember)? dec(?:ember)?'.split(
        ' ',
      ),
    said: [
      ['the day before yesterday', 'day -2'],
      ['the day after tomorrow', 'day 2'],
      ['yesterday|last night', 'day -1'],
      ['today|tonight|this (?:morning|afternoon|evening)', 'day 0'],
      ['tomorrow', 'day 1'],
      ['{n} {u} ago', 'ago'],
      ["in {n} {u}(?:[’']s? time)?|{n} {u} from now", 'ahead'],
      ['last {u}', 'unit -1'],
      ['next {u}', 'unit 1'],
      ['this (?:month|year)', 'unit 0'],
      ['a week on {w}|{w} week', 'weekday 2'],
      ['last {w}', 'weekday -1'],
      ['next {w}|this coming {w}|by {w}|until {w}|till {w}', 'weekday 1'],
      ['on {w}|this {w}|{w} (?:morning|afternoon|evening|night)', 'weekday 0'],
      ['{d}(?:st|nd|rd|th)?(?: of)? {m}|{m} (?:the )?{d}(?:st|nd|rd|th)?', 'date'],
      ['on the {d}(?:st|nd|rd|th)(?! (?:of )?{m})', 'date'],
      ['{m} (?:of )?last year', 'month -12'],
      ['last {m}', 'month -1'],
      ['next {m}', 'month 1'],
      ['in {m}|since {m}', 'month 0'],
    ],
    past: /\b(?:was|were|had|did|didn['’]t|been|went|got|gave|took|came|made|saw|met|bought|sold|told|said|found|left|lost|began|started|\w{2,}ed|wrote|spent|paid|flew|broke|had|split|since|ago)\b/iu,
    repeated: /\b(?:every|each)\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days\b/iu,
  },
  de: {
    numbers:
      'ein(?:e[mnrs]?)? zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn',
    units: ['tag(?:e[ns]?)?', 'wochen?', 'monat(?:e[ns]?)?', 'jahr(?:e[ns]?)?'],
    weekdays: 'montag dienstag mittwoch donnerstag freitag (?:samstag|sonnabend) sonntag'.split(
      ' ',
    ),
    months:
      'jan(?:uar)? feb(?:ruar)? märz apr(?:il)? mai juni juli aug(?:ust)? sept?(?:ember)? okt(?:ober)? nov(?:ember)? dez(?:ember)?'.split(
        ' ',
      ),
    said: [
      ['vorgestern', 'day -2'],
      ['übermorgen', 'day 2'],
      ['gestern', 'day -1'],
      ['heute', 'day 0'],
      ['(?<!(?:am|guten|jeden|heute|gestern) )morgen(?! (?:früh)? ?(?:immer|meist))', 'day 1'],
      ['vor {n} {u}', 'ago'],
      ['in {n} {u}', 'ahead'],
      ['letzte[nrsm]? {u}|vorige[nrsm]? {u}|vergangene[nrsm]? {u}', 'unit -1'],
      ['nächste[nrsm]? {u}|kommende[nrsm]? {u}', 'unit 1'],
      ['diese[nrsm]? (?:monat|jahr)', 'unit 0'],
      ['letzten {w}|vorigen {w}|vergangenen {w}', 'weekday -1'],
      ['nächsten {w}|kommenden {w}|bis {w}', 'weekday 1'],
      ['am {w}|diesen {w}', 'weekday 0'],
      ['(?:am |den |zum )?{d}\\. ?{m}', 'date'],
      ['{m} (?:letzten|vorigen|vergangenen) jahres', 'month -12'],
      ['{w} in einer woche|{w} in acht tagen', 'weekday 2'],
      ['letzten {m}', 'month -1'],
      ['nächsten {m}', 'month 1'],
      ['im {m}|seit {m}', 'month 0'],
    ],
    past: /(?<!\p{L})(?:war(?:en)?|hatten?|wurden?|gab|ging(?:en)?|kam(?:en)?|seit|vor|(?:hab|habe|hat|haben|bin|ist|sind)(?!\p{L}).*(?<!\p{L})\p{L}*ge\p{L}{3,}(?:t|en)|(?:hab|habe|hat|haben|bin|ist|sind)(?!\p{L}).*(?<!\p{L})(?:be|ver|er|ent|zer)\p{L}{3,}(?:t|en))(?!\p{L})/iu,
    repeated: /(?<!\p{L})(?:jede[nrsm]?|immer|\p{L}+tags)(?!\p{L})/iu,
  },
  es: {
    numbers: 'una? dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince',
    units: ['días?', 'semanas?', 'mes(?:es)?', 'años?'],
    weekdays: 'lunes martes miércoles jueves viernes sábado domingo'.split(' '),
    months:
      'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'.split(
        ' ',
      ),
    said: [
      ['anteayer|antes de ayer|antier', 'day -2'],
      ['pasado mañana', 'day 2'],
      ['ayer|anoche', 'day -1'],
      ['hoy', 'day 0'],
      ['(?<!(?:la|por la|de la|esta|pasado) )mañana(?! por la)', 'day 1'],
      ['hace {n} {u}', 'ago'],
      ['(?:en|dentro de) {n} {u}', 'ahead'],
      ['(?:el|la) {u} pasad[oa]', 'unit -1'],
      ['(?:el|la) (?:próxim[oa] {u}|{u} que viene|{u} próxim[oa])', 'unit 1'],
      ['este (?:mes|año)', 'unit 0'],
      ['el {w} pasado|el pasado {w}', 'weekday -1'],
      ['el próximo {w}|el {w} que viene|este {w}|para el {w}|hasta el {w}', 'weekday 1'],
      ['el {w}', 'weekday 0'],
      ['(?:el )?{d} de {m}', 'date'],
      ['{m} del año pasado', 'month -12'],
      ['(?:en |el )?{m} pasado|el pasado (?:mes de )?{m}', 'month -1'],
      ['(?:en |el )?(?:próximo {m}|{m} que viene)', 'month 1'],
      ['en {m}|desde {m}', 'month 0'],
    ],
    past: /(?<!\p{L})(?:\p{L}{2,}(?:é|ó|aron|ieron|amos|imos|aba|aban|ía|ían)|fue|fui|era|hubo|hizo|hice|tuve|tuvo|estuve|estuvo|dijo|vino|hace|desde|(?:he|ha|hemos|han) \p{L}+(?:ado|ido|to|cho))(?!\p{L})/iu,
    repeated:
      /(?<!\p{L})(?:cada|todos|todas|los (?:lunes|martes|miércoles|jueves|viernes|sábados|domingos))(?!\p{L})/iu,
  },
  fr: {
    numbers: 'une? deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze',
    units: ['jours?', 'semaines?', 'mois', 'ans?|années?'],
    weekdays: 'lundi mardi mercredi jeudi vendredi samedi dimanche'.split(' '),
    months:
      'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split(
        ' ',
      ),
    said: [
      ['avant-hier', 'day -2'],
      ['après-demain', 'day 2'],
      ['(?<!avant-)hier', 'day -1'],
      ["aujourd['’]hui|ce soir|ce matin", 'day 0'],
      ['(?<!après-)demain', 'day 1'],
      ['il y a {n} {u}', 'ago'],
      ['dans {n} {u}', 'ahead'],
      ["(?:l['’]|le |la )?{u} (?:dernière?|passée?)", 'unit -1'],
      ["(?:l['’]|le |la )?{u} (?:prochaine?)", 'unit 1'],
      ['ce mois(?:-ci)?|cette année', 'unit 0'],
      ['{w} (?:dernier|passé)', 'weekday -1'],
      ['{w} (?:prochain|qui vient)|ce {w}|avant {w}', 'weekday 1'],
      ['(?<!(?:le|les|tous les|chaque) ){w}(?! (?:dernier|prochain|passé))', 'weekday 0'],
      ['(?:le )?{d}(?:er)? {m}', 'date'],
      ["{m} (?:de )?(?:l['’]an(?:née)? )(?:dernier|dernière|passée?)", 'month -12'],
      ['{w} en huit', 'weekday 2'],
      ['(?:en )?{m} dernier', 'month -1'],
      ['(?:en )?{m} prochain', 'month 1'],
      ['en {m}|depuis {m}', 'month 0'],
    ],
    past: /(?<!\p{L})(?:était|étaient|avait|avaient|depuis|il y a|(?:ai|as|a|avons|avez|ont|suis|est|es|sommes|êtes|sont) (?:\p{L}+ )?\p{L}+(?:é|és|ée|ées|[^d]i|[^d]is|u|us|[^n]t|te|ue))(?!\p{L})/iu,
    repeated:
      /(?<!\p{L})(?:chaque|tous|toutes|les? (?:lundis?|mardis?|mercredis?|jeudis?|vendredis?|samedis?|dimanches?))(?!\p{L})/iu,
  },
  zh: {
    numbers: '一 [二两] 三 四 五 六 七 八 九 十 十一 十二',
    units: ['天', '个?(?:星期|礼拜)|周', '个月', '年'],
    weekdays: ['1', '2', '3', '4', '5', '6', '7'].map(
      (day) => `(?:周|星期|礼拜)${'一二三四五六日'[Number(day) - 1] ?? ''}`,
    ),
    months: '一 二 三 四 五 六 七 八 九 十 十一 十二'
      .split(' ')
      .map((month, at) => `(?<![十\\d年个])(?:${month}|${at + 1}) ?月`),
    said: [
      ['前天', 'day -2'],
      ['后天', 'day 2'],
      ['昨天|昨晚', 'day -1'],
      ['今天|今晚|今早', 'day 0'],
      ['明天|明晚|明早', 'day 1'],
      ['去年', 'year -1'],
      ['前年', 'year -2'],
      ['今年(?!\\d)', 'year 0'],
      ['明年', 'year 1'],
      ['后年', 'year 2'],
      ['上(?:个)?月', 'months -1'],
      ['这个月|本月', 'months 0'],
      ['下(?:个)?月', 'months 1'],
      ['{n} ?{u}(?:以|之)?前', 'ago'],
      ['{n} ?{u}(?:以|之)?后', 'ahead'],
      ['上个?{w}', 'calendar -1'],
      ['下个?{w}', 'calendar 1'],
      ['这个?{w}|本{w}', 'calendar 0'],
      ['去年{m}', 'month -12'],
      ['{m} ?{d} ?[日号]', 'date'],
      ['{m}份?(?! ?\\d)', 'month 0'],
    ],
    past: /[了过刚]|之前|以前/u,
    repeated: /每/u,
  },
  ar: {
    numbers: 'واحد(?:ة)? (?:اثنان|اثنين) ثلاثة? أربعة? خمسة? ستة? سبعة? ثمان(?:ية|ي)? تسعة? عشرة?',
    units: [
      'يوم(?:ا|اً)?|أيام|يومين',
      'أسبوع(?:ا|اً)?|أسابيع|أسبوعين',
      'شهر(?:ا|اً)?|أشهر|شهور|شهرين',
      'سنة|سنوات|عام(?:ا|اً)?|أعوام|سنتين|عامين',
    ],
    weekdays:
      '(?:الاثنين|الإثنين) الثلاثاء (?:الأربعاء|الاربعاء) الخميس الجمعة السبت (?:الأحد|الاحد)'.split(' '),
    months:
      'يناير فبراير مارس (?:أبريل|إبريل|ابريل) مايو يونيو يوليو (?:أغسطس|اغسطس) سبتمبر (?:أكتوبر|اكتوبر) نوفمبر ديسمبر'.split(
        ' ',
      ),
    said: [
      ['أول أمس|أول من أمس', 'day -2'],
      ['بعد غد', 'day 2'],
      ['(?<!أول |أول من )(?:أمس|البارحة)', 'day -1'],
      ['(?<!(?:هذا|ذلك|نفس|طوال) )اليوم', 'day 0'],
      ['(?<!بعد )(?:غدا|غداً)', 'day 1'],
      ['(?:قبل|منذ) {n} {u}', 'ago'],
      ['بعد {n} {u}', 'ahead'],
      ['(?:قبل|منذ) يومين', 'day -2'],
      ['بعد يومين', 'day 2'],
      ['(?:قبل|منذ) أسبوع', 'day -7'],
      ['بعد أسبوع', 'day 7'],
      ['(?:قبل|منذ) أسبوعين', 'day -14'],
      ['بعد أسبوعين', 'day 14'],
      ['(?:قبل|منذ) شهر', 'months -1'],
      ['بعد شهر', 'months 1'],
      ['(?:قبل|منذ) شهرين', 'months -2'],
      ['بعد شهرين', 'months 2'],
      ['(?:قبل|منذ) (?:سنة|عام)', 'year -1'],
      ['(?:قبل|منذ) (?:سنتين|عامين)', 'year -2'],
      ['بعد (?:سنة|عام)', 'year 1'],
      ['الأسبوع الماضي', 'weeks -1'],
      ['الأسبوع (?:القادم|المقبل)', 'weeks 1'],
      ['الشهر الماضي', 'months -1'],
      ['الشهر (?:القادم|المقبل)', 'months 1'],
      ['(?:السنة|العام) (?:الماضية|الماضي)', 'year -1'],
      ['(?:السنة|العام) (?:القادمة|القادم|المقبلة|المقبل)', 'year 1'],
      ['(?:يوم )?{w} (?:الماضي|الماضية|الفائت)', 'weekday -1'],
      ['(?:يوم )?{w} (?:القادم|القادمة|المقبل|المقبلة)', 'weekday 1'],
      ['{d} {m}', 'date'],
      ['{m} (?:من )?(?:العام|السنة) الماضية?', 'month -12'],
      ['{m} الماضي', 'month -1'],
      ['{m} (?:القادم|المقبل)', 'month 1'],
    ],
    past: /(?<!\p{L})(?:كان|كانت|كنت|منذ|قبل)(?!\p{L})/u,
    repeated: /(?<!\p{L})كل(?!\p{L})/u,
  },
}
