import { anyWord } from './cues.ts'

/** How a language asks, begs, supposes and speaks of oneself. Lists, not grammar: what they miss is left out or kept as it was said. */
export interface Manners {
  /** Speaks of the one who says it. */
  readonly own?: RegExp
  /** A question, also without its mark. */
  readonly question?: RegExp
  /** A request to the other one. */
  readonly request?: RegExp
  /** A clause on which the rest of its sentence depends. */
  readonly condition?: RegExp
  /** The same in words alone, at the end: "… if you need that". */
  readonly politeIf?: RegExp
  /** Not so, but possible, wished or doubted. */
  readonly supposed?: RegExp
  /** Said out of politeness, in words that courtesies alone do not show. */
  readonly courtesy?: RegExp
  /** A pronoun that needs the sentence before. */
  readonly dependent?: RegExp
  /** A verb whose subject is not said, where it can be anybody. */
  readonly bareVerb?: RegExp
  /** Where another main clause begins in a sentence that began with one. */
  readonly mainClause?: RegExp
  /** What makes a clause depend on the one before, so that it is not cut off. */
  readonly hanging?: RegExp
  /** What opens a sentence and says nothing. */
  readonly opening?: RegExp
  /** Asks for what follows to be remembered. */
  readonly remember?: RegExp
}

/** At the beginning of a sentence. */
const begins = (words: string) =>
  new RegExp(String.raw`^(?:${words.replaceAll(/\s*\n\s*/gu, '')})(?![\p{L}\p{M}:]|['’]s)`, 'iu')

const MARK = String.raw`\s*[,:!.–—-]+\s*`
/** @param joining words that open a sentence without a mark as well: "And I …" */
const opens = (words: string, joining = '(?!)') =>
  new RegExp(
    String.raw`^(?:(?:${words.replaceAll(/\s*\n\s*/gu, '')})${MARK}|(?:${joining})(?:${MARK}|\s+))(?=\S)`,
    'iu',
  )

const SEAM = String.raw`\s*;\s*|,?\s+`
const seam = (joining: string, subject: string) =>
  new RegExp(
    String.raw`(?:,\s+(?:(?:${joining})\s+)?|${SEAM}(?:${joining})\s+|\s*;\s*)(?=(?:${subject})(?![\p{L}]))`,
    'giu',
  )

const ENGLISH: Manners = {
  own: anyWord(
    String.raw`i|i['’](?:m|ve|ll|d)|im|ive|me|my|mine|myself|we|we['’](?:re|ve|ll|d)|us|our|ours`,
  ),
  question: begins(
    String.raw`(?:do|does|did|are|is|was|were|can|could|would|will|have|has|should|may|might|am|shall)(?:n['’]t| not)? (?:i|you|we|they|he|she|it|there|that|this|your|my|the|any|anyone|someone)
      |(?:what|who|whom|whose|when|where|why|how|which)(?:['’]s|['’]re)?|any (?:idea|tips|advice|thoughts|suggestions)`,
  ),
  request: begins(
    String.raw`please|(?:i(?:['’]d| would)? (?:want|need|like)|i(?:['’]d| would) (?:like|love|appreciate)) (?:you|it if you|your|some (?:help|advice)|help|advice)|let['’]?s|let me|help|tell|give|show|write|draft|make|create|remind|suggest|recommend|find|list|explain|describe|define|compare|plan|book|send|set|generate|convert|calculate|compute|teach|ask|answer|don['’]t|do not|stop|ignore|forget|delete|remove|add|update|change|use|look|search|check|consider|act|be|come|go|try|translate|summari[sz]e|rewrite|correct|fix|put|keep|schedule|prepare|design|build|run|open|provide|outline|brainstorm|name|pick|choose|guess|say|call|repeat`,
  ),
  condition: anyWord('if|unless|whether'),
  politeIf: /,?\s+(?:if|in case) (?:you|that|this|it|there)(?![\p{L}])[^,.;]*[.!]*$/iu,
  supposed: anyWord(
    String.raw`would(?! (?:like|love|prefer|rather))|wouldn['’]t|could|couldn['’]t have|might|maybe|perhaps|possibly|wish|wishes|suppose|hypothetically|almost|i['’]d(?! (?:like|love|prefer|rather|been|never|already))|should(?:n['’]t)?`,
  ),
  courtesy: begins(
    String.raw`(?:i|we)(?:['’]m| am)? (?:just |really |so |totally |completely )*(?:agree|appreciate|hope|see|guess|understand|glad|sorry|fine|ok|okay|good|doing (?:well|good|fine|great)|wanted to (?:say|ask|check|thank|know)|want to (?:ask|know|say)|have (?:a|another|one more|two|some) questions?|need (?:some |your |a little )?(?:help|advice|ideas?)|wonder(?:ing)?|was wondering|am wondering|curious|looking forward to (?:it|your|hearing)|can['’]t wait(?! to)|look forward|will (?:try|do|check|let you)|['’]ll (?:try|do|check|let you)|['’]m (?:fine|good|ok|okay|glad|sorry|wondering|curious)|don['’]t know|do not know|got it|get it|know|think so|like (?:it|that)|love (?:it|that))
      |my (?:question|apologies|bad|pleasure)|same here|me (?:too|neither)|thanks|thank you|you|you['’]re|your|take a look|good (?:morning|evening|night|luck|idea|point)|nice|great|sounds|see you|talk to|have a`,
  ),
  mainClause: seam('and|but|so', String.raw`i|i['’](?:m|ve)|my|we`),
  hanging: anyWord(
    'that|think|thinks|thought|said|says|say|told|tell|asked|when|while|because|since|before|after|until|till|where|who|which|what|how|why|so that|hope|hopes|wish|know|knew|believe|feel|felt|sure|afraid|pretend|dream|dreamt|claim|as',
  ),
  dependent: begins(
    String.raw`(?:since|because|['’]?cause|cuz|although|though|while|until|so that|than)(?![^]*,)|it|it['’]s|that|that['’]s|this|they|they['’]re|he|he['’]s|she|she['’]s|these|those|such|its|their|his|her|there|both|which|not|nor|neither|then|one`,
  ),
  opening: opens(
    String.raw`wait|well|ok(?:ay)?|oh|ah|hey|hi|hello|yes|yeah|yep|no|nope|actually|anyways?|honestly|by the way|btw|fyi|ps|p\.s\.|plus|besides|to be honest|you know|i mean|like i said|as i said|good (?:morning|evening|afternoon)|thanks(?: (?:a lot|so much))?|thank you(?: so much)?|right|sure|great|cool|nice|correction|update|note|for (?:context|the record|your information)|just so you know|one more thing|about me|unfortunately|luckily|fortunately|sadly|sorry|first of all|in case it (?:helps|matters)|speaking of which`,
    'and|but|also|so(?! far)|oh|yeah|yes|well|actually|honestly|besides|plus',
  ),
  remember: new RegExp(
    String.raw`^(?:please |and |also |can you |could you )*(?:remember|note|keep in mind|don['’]t forget|do not forget|make a note|save|store)(?: (?:that|this|the following|for me))*[,:]?\s+(?=\S)`,
    'iu',
  ),
}

const GERMAN: Manners = {
  own: anyWord(String.raw`ich|mich|mir|mein(?:e[rnms]?)?|wir|uns|unser(?:e[rnms]?)?`),
  question: begins(
    String.raw`wer|wen|wem|was|wie|wo|wann|warum|wieso|weshalb|welche[rnms]?|wohin|woher|wozu|ob|(?:kannst|könntest|können|könnten|würdest|weißt|hast|bist|soll|sollte|darf|kann|muss|habe|bin) (?:du|sie|ich|man|wir)`,
  ),
  request: begins(
    String.raw`bitte|hilf|schreibe?|gib|sage?|zeige?|mache?|erkläre?|nenne?|erzähle?|suche?|finde|erstelle?|plane?|vergiss|denke?|empfiehl|schlage?|lass(?:t)?|erinnere?|gehe?|ich (?:möchte|will|brauche|hätte gern)[^.]{0,12} (?:dass du|hilfe|deine|rat|einen rat|tipps)|übersetze?|korrigiere?|formuliere?|fasse?|lies|rechne?|vergleiche?|buche?|sende?|schicke?|ignoriere?|lösche?|füge?|prüfe?|berechne?|beschreibe?`,
  ),
  condition: anyWord('wenn|falls|ob'),
  politeIf: /,?\s+(?:falls|wenn) (?:du|sie|das|dir|ihnen|es)(?![\p{L}])[^,.;]*[.!]*$/iu,
  supposed: anyWord(
    String.raw`würden?|würdest|könnten?|hätten?|wären?|vielleicht|möglicherweise|eventuell|womöglich|angenommen|sollten?|wünschte|beinahe`,
  ),
  courtesy: begins(
    String.raw`ich (?:habe (?:eine|noch eine|zwei|mal eine) fragen?|wollte (?:nur|mal|dich|fragen|wissen)|möchte (?:nur |gerne )?(?:wissen|fragen)|hoffe|freue mich (?:darauf|auf deine|schon)|verstehe|danke|brauche (?:hilfe|rat|deine|mal)|weiß (?:es )?nicht|glaube schon|stimme|frage mich)|du|dein\p{L}*|mir geht(?:['’]s| es)|guten (?:morgen|tag|abend)|gute nacht|vielen dank|danke|bis (?:bald|später|morgen)|meine frage|tut mir leid|das (?:ist|klingt) (?:toll|super|gut|nett)`,
  ),
  mainClause: seam('und|aber', String.raw`ich|meine?|wir`),
  hanging: anyWord(
    'dass|daß|weil|als|während|bevor|nachdem|bis|wo|wer|was|wie|warum|damit|obwohl|glaube|denke|dachte|sagte|sagt|meinte|meint|hoffe|weiß|fürchte',
  ),
  dependent: begins(
    String.raw`(?:weil|obwohl|während|damit|nachdem|bevor)(?![^]*,)|er|sie|es|das (?:ist|war|wird|hat|sind|waren|geht|klappt|heißt|macht)|dies|diese[rnms]?|dort|da|dann|damit|deshalb|deswegen|davon|dabei|daran|dazu|beide|nicht|ihre?|seine?|jene[rnms]?`,
  ),
  opening: opens(
    String.raw`also|ja|nein|ok(?:ay)?|hallo|hi|hey|naja|na ja|übrigens|ach(?: ja)?|und|aber|danke|vielen dank|guten (?:morgen|tag|abend)|korrektur|update|nachtrag|notiz|zur info|ehrlich gesagt|genau|gut|nebenbei|leider|zum glück`,
    'und|aber|also|ja|ach|übrigens',
  ),
  remember: opens(
    '(?!)',
    String.raw`(?:bitte )?(?:merke? dir|notiere?(?: dir)?|denk daran|vergiss (?:bitte )?nicht|erinnere dich|speichere)(?: bitte)?(?:,? dass)?`,
  ),
}

const SPANISH: Manners = {
  own: anyWord(
    String.raw`yo|me|mi|mis|mí|m[ií][oa]s?|conmigo|nos|nosotr[oa]s|nuestr[oa]s?|soy|estoy|tengo|vivo|voy|he|hago|hice|fui|tuve|estuve|quiero|puedo|prefiero|necesito|trabajo (?:en|como|de|para|con|desde|por)|odio|adoro|sé|debo|hablo|estudio (?!de)|nací|vine|llevo|somos|estamos|tenemos|vivimos|vamos|hemos
      |(?:no|ya|también|además|siempre|nunca|ahora|hoy|ayer|y|pero|antes|que|lo|la|los|las|le) (?:lo |la |los |las |le )?\p{L}{2,}(?<!\p{L}(?:lo|no|mo|to|do|ro))(?:o|é|í)`,
  ),
  question: begins(
    String.raw`¿|qué|quién|quiénes|cómo|cuándo|dónde|cuál|cuáles|cuánt[oa]s?|por qué|(?:puedes|podrías|sabes|crees|tienes|me puedes|me podrías)`,
  ),
  request: begins(
    String.raw`por favor|ayúdame|ayuda|dime|escribe|escríbeme|dame|muéstrame|explica|explícame|haz|hazme|crea|busca|encuentra|recomienda|recomiéndame|sugiere|sugiéreme|cuéntame|háblame|redacta|prepara|organiza|propón|indica|indícame|enséñame|traduce|corrige|resume|compara|calcula|planifica|añade|borra|ignora|olvida|(?:quiero|necesito|quisiera|me gustaría) (?:que|ayuda|tu ayuda|un consejo|consejos)`,
  ),
  condition: anyWord('si'),
  politeIf:
    /,?\s+(?:por si|si) (?:lo |la |te |le |os )?(?:necesitas|quieres|sirve|ayuda|interesa|hace falta|acaso)[^,.;]*[.!]*$/iu,
  supposed: anyWord(
    String.raw`quizás?|tal vez|a lo mejor|ojalá|posiblemente|(?:ser|podr|deber|tendr|har|gustar|ir|vivir|comprar|querr|habr|estar|dar|encantar|trabajar|viajar)ía(?:mos|n|s)?|fuera|fuese|tuviera|pudiera|hubiera|hubiese|viviera|ganara|estuviera|casi`,
  ),
  courtesy: begins(
    String.raw`(?:tengo (?:una|otra|dos|unas) (?:pregunta|preguntas|duda|dudas)|quería (?:preguntar|saber)|quiero (?:preguntar|saber)|espero que|entiendo|de acuerdo|estoy de acuerdo|estoy bien|me alegro|lo siento|no sé|tú|eres|tu|mi pregunta|muchas gracias|gracias|buen[oa]s (?:días|tardes|noches)|hasta (?:luego|mañana|pronto)|me parece (?:bien|genial|perfecto)|suena|qué (?:bien|bueno|tal))`,
  ),
  mainClause: seam(
    'y|pero',
    String.raw`yo|soy|estoy|tengo|vivo|trabajo (?:en|como|de|para)|mi|mis|me`,
  ),
  hanging: anyWord(
    'que|cuando|mientras|porque|donde|quien|como si|aunque|creo|pienso|dijo|dice|espero',
  ),
  dependent: begins(
    String.raw`(?:porque|aunque|mientras)(?![^]*,)|él|ella|ellos|ellas|eso|esto|est[ea]|es[ea]|aquello|allí|ahí|ambos|ambas|entonces|luego|su|sus|no (?:es|era|fue|la|lo)`,
  ),
  bareVerb: begins(
    String.raw`(?:que |no |ya |también |ahora |siempre |nunca )*(?:(?:se|le|les|la|lo) )?(?:es|son|está|están|tiene|tienen|vive|viven|trabaja|estudia|odia|ama|adora|quiere|dice|puede|juega|come|bebe|lleva|cumple|nació|fue|era|eran|tenía|ha|han|va|van|viene|llama|gusta|gustan|encanta|duele|llegó|murió|compró|perdió|ganó|cree|sabe|necesita|habla|toca|usa|prefiere)`,
  ),
  opening: opens(
    String.raw`ojo|eh|bueno|pues|sí|no|ok(?:ay)?|vale|hola|buen[oa]s(?: (?:días|tardes|noches))?|gracias|muchas gracias|por cierto|además|y|pero|ah|oye|corrección|actualización|nota|la verdad|también|claro|perfecto|genial|lamentablemente|por desgracia`,
    'y|pero|pues|bueno|además|por cierto',
  ),
  remember: opens(
    '(?!)',
    String.raw`(?:por favor,? )?(?:recuerda|anota|apunta|ten en cuenta|no olvides|guarda|acuérdate de)(?: esto)?(?: que)?`,
  ),
}

const FRENCH: Manners = {
  own: anyWord(
    String.raw`je|j['’]\p{L}+|me|m['’]\p{L}+|moi|mon|ma|mes|nous|notre|nos|(?:le |la |les )?mien(?:ne)?s?`,
  ),
  question: begins(
    String.raw`est-ce|qu['’]est-ce|que (?:penses|faire|dois|puis)|qui|quand|où|comment|pourquoi|combien|quel(?:le)?s?|\p{L}+-(?:tu|vous|je|il|elle|on|nous)`,
  ),
  request: begins(
    String.raw`s['’]il (?:te|vous) pla[iî]t|merci de|\p{L}+[- ](?:moi|le|la|les|nous)[- ]?(?:en|un|une|le|la|les|des|à|comment|ce|plus|que|pour|si|quelques)?|aide|aidez|écris|écrivez|donne|donnez|montre|explique|expliquez|dis|fais|faites|crée|trouve|cherche|recommande|suggère|propose|raconte|rappelle|rédige|prépare|planifie|parle|traduis|corrige|résume|compare|calcule|ajoute|supprime|ignore|oublie|(?:je (?:veux|voudrais|aimerais)|j['’]aimerais) (?:que tu|que vous|savoir|ton|votre|un conseil|de l['’]aide|des conseils)`,
  ),
  condition: anyWord(String.raw`si|s['’]ils?`),
  politeIf: /,?\s+(?:si (?:tu|vous|ça|c['’]|jamais)|au cas où)[^,.;]*[.!]*$/iu,
  supposed: anyWord(
    String.raw`peut-être|probablement|éventuellement|j(?:e |['’])(?:n['’]|ne |m['’]|me |y )?\p{L}+rais|serait|seraient|aurait|auraient|pourrait|pourraient|devrait|ferait|faudrait|presque`,
  ),
  courtesy: begins(
    String.raw`(?:j['’]ai (?:une|encore une|deux|des) questions?|je (?:voulais|veux|voudrais) (?:juste |te |vous )?(?:savoir|demander|dire|remercier)|j['’]espère|je comprends|je suis d['’]accord|je vais bien|ça va|tu|vous|d['’]accord|je ne sais pas|je te remercie|je vous remercie|ma question|merci|bonjour|bonsoir|bonne (?:journée|soirée|nuit)|à (?:bientôt|demain|plus)|désolée?)`,
  ),
  mainClause: seam('et|mais', String.raw`je|j['’]\p{L}+|mon|ma|mes|nous`),
  hanging: anyWord(
    String.raw`que|qu['’]\p{L}+|quand|lorsque|pendant|parce|où|qui|comme|dit|disait|pense|crois|espère|puisque`,
  ),
  dependent: begins(
    String.raw`(?:parce qu\p{L}*|puisqu\p{L}*|quoiqu\p{L}*)(?![^]*,)|ils?|elles?|ça|c['’]\p{L}+|cela|ceci|ce (?:sera|n['’]|sont|n['’]est)|celui|celle|ceux|là|alors|puis|pas|son|sa|ses|leurs?|ces?|cette|les deux`,
  ),
  opening: opens(
    String.raw`bon|ben|oui|non|ok|d['’]accord|bonjour|bonsoir|salut|merci(?: beaucoup)?|au fait|d['’]ailleurs|et|mais|ah|correction|mise à jour|note|en fait|aussi|super|parfait|génial|malheureusement|heureusement|pour info(?:rmation)?`,
    'et|mais|bon|ben|au fait|en fait',
  ),
  remember: opens(
    '(?!)',
    String.raw`(?:s['’]il te plaît,? )?(?:souviens-toi|retiens|note|rappelle-toi|n['’]oublie pas|garde en tête|sache)(?: bien)?(?: que| qu['’])?`,
  ),
}

const CHINESE: Manners = {
  own: /[我咱俺]|本人/u,
  question: /[吗呢么]\s*[。.!！]?\s*$|^(?:什么|怎么|为什么|哪|谁|多少|是否|能不能|可不可以|你)/u,
  request:
    /^(?:请|帮|给我|告诉我|麻烦|能不能|可以|推荐|介绍|写|教我|你|让我们|我(?:想|要)(?:请你|让你|问|知道|了解|咨询)|我需要(?:你|帮助|建议))(?!记住)/u,
  condition: /如果|要是|假如|假设|的话|万一/u,
  politeIf: /[，,]?\s*如果你?(?:需要|想知道)[^，。]*[。！]*$/u,
  supposed: /也许|可能|或许|说不定|恐怕|差点/u,
  courtesy:
    /^(?:谢谢|感谢|多谢|你好|您好|再见|晚安|早上好|好的|明白|我(?:明白|知道|懂)了|我很好|我同意|我有(?:个|一个|两个|几个)?问题|我希望你|不客气)/u,
  mainClause: /[，,；;](?=我(?!们?(?:觉得|想|说|问)))/gu,
  hanging: /因为|所以|觉得|认为|说|当|时候|虽然|但是|希望|知道|以为/u,
  dependent: /^(?:他|她|它|这|那|其|此|不是)/u,
  opening:
    /^(?:另外|顺便(?:说一下|说一句|提一下)?|对了|嗯|哦|好的|好|谢谢(?:你)?|是的|对|不|更正|补充|你好|您好|其实|说实话)[，,：:。！!\s]+(?=\S)/u,
  remember: /^(?:请|请你|你)?(?:记住|记得|记一下|记下|别忘了|不要忘记)[，,：:\s]*(?=\S)/u,
}

const ARABIC: Manners = {
  own: /(?<![\p{L}\p{M}])(?:و)?(?:أنا|انا|نحن|لدي|لديّ|عندي|معي|اسمي|إنني|إني|لي|كنت|لست|ليس لدي|أ[\p{L}]{2,6}|سأ\p{L}{2,6}|لا أ\p{L}{2,6}|\p{L}{3,}ت)(?![\p{L}\p{M}])|(?<=\p{L}{2})(?:ي|تي|نا|ني)(?![\p{L}\p{M}])/u,
  question: begins('هل|ما|ماذا|كيف|متى|أين|لماذا|لم|من|كم|أي|أيمكنك'),
  request: begins(
    'من فضلك|رجاء|رجاءً|أرجو|أرجوك|ساعدني|ساعديني|اكتب|أخبرني|اشرح|أعطني|اقترح|قل لي|اذكر|ابحث|ترجم|صحح|لخص|أريد منك|أريدك|أحتاج (?:إلى )?(?:مساعدتك|مساعدة|نصيحة)|أود أن (?:أسأل|أعرف)|أنشئ|اجعل|احذف|تجاهل|انس',
  ),
  condition: anyWord('لو|إذا|اذا|إن كنت'),
  politeIf: /[،,]?\s+(?:إذا|لو|إن) (?:أردت|احتجت|كنت تريد|كان يفيد)[^،.]*[.!]*$/u,
  supposed: anyWord('ربما|لعل|لعلي|ليت|ليتني|يمكن أن|قد أ\\p{L}+|كدت|محتمل'),
  courtesy: begins(
    'شكرا|شكراً|مرحبا|مرحباً|أهلا|أهلاً|السلام|صباح|مساء|مع السلامة|إلى اللقاء|أنا بخير|لدي سؤال|عندي سؤال|أتمنى لك|فهمت|حسنا|حسناً|تمام',
  ),
  dependent: begins('هو|هي|هم|هن|هذا|هذه|ذلك|تلك|هناك|كلاهما|ليس|وهو|وهي'),
  opening: opens(
    'بالمناسبة|نعم|لا|حسنا|حسناً|شكرا|شكراً|مرحبا|مرحباً|أهلا|أيضا|أيضاً|لكن|تصحيح|تحديث|ملاحظة|للعلم|في الحقيقة|في الواقع',
  ),
  remember: opens(
    '(?!)',
    '(?:من فضلك )?(?:تذكر|تذكّر|لا تنس|لا تنسَ|سجل|سجّل|احفظ|ضع في اعتبارك)(?: أن| بأن)?',
  ),
}

/** Of these only the first person is known: what is a statement shows in its marks. */
const FIRST_PERSON: Readonly<Record<string, RegExp>> = {
  it: anyWord(
    String.raw`io|mi|mio|mia|miei|mie|sono|ho|vivo|abito|lavoro|noi|nostr[oaie]|sto|vado|faccio`,
  ),
  pt: anyWord(
    String.raw`eu|me|meus?|minhas?|sou|tenho|moro|trabalho|estou|nós|nosso|nossa|vou|fui|gosto`,
  ),
  nl: anyWord(String.raw`ik|mijn|mij|me|wij|we|ons|onze`),
  ru: anyWord(String.raw`я|мой|моя|моё|мое|мои|моей|моего|мне|меня|мы|нас|нам|наш\p{L}{0,2}`),
  pl: anyWord(String.raw`ja|mnie|mi|mój|moja|moje|mam|jestem|mieszkam|pracuję|my|nasz\p{L}{0,2}`),
  sv: anyWord(String.raw`jag|mig|min|mitt|mina|vi|oss|vår\p{L}{0,2}`),
  da: anyWord(String.raw`jeg|mig|min|mit|mine|vi|os|vores`),
  no: anyWord(String.raw`jeg|meg|min|mitt|mine|vi|oss|vår\p{L}{0,2}`),
  tr: anyWord(String.raw`ben|beni|bana|benim|biz|bizim|\p{L}+(?:ıyorum|iyorum|uyorum|üyorum)`),
  ja: /私|僕|俺|わたし|ぼく/u,
  ko: /(?<!\p{L})(?:나|저|내|제|우리)/u,
}

const OTHERS: Manners = {}

const BY_LANGUAGE: Readonly<Record<string, Manners>> = {
  en: ENGLISH,
  de: GERMAN,
  es: SPANISH,
  fr: FRENCH,
  zh: CHINESE,
  ar: ARABIC,
}

const OF_OTHERS = new Map(
  Object.entries(FIRST_PERSON).map(([language, own]) => [language, { own }]),
)

export const manners = (language: string): Manners =>
  (Object.hasOwn(BY_LANGUAGE, language) ? BY_LANGUAGE[language] : OF_OTHERS.get(language)) ?? OTHERS
