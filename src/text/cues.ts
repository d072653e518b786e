/**
 * Words by which a message shows whose words it holds and how they are meant, in the languages that are told apart here. They are
 * looked for in every message, whatever its language: people mix languages, and short messages are misjudged.
 */

/** Whole words of scripts that put spaces between them, and signs of those that do not. Each may be a pattern. */
export function anyWord(spaced: string, unspaced = ''): RegExp {
  // Blanks inside an alternative count; those around a line break are only how it is written here.
  const words = spaced.replaceAll(/\s*\n\s*/gu, '')
  const whole = String.raw`(?<![\p{L}\p{M}\p{N}])(?:${words})(?![\p{L}\p{M}\p{N}])`
  return new RegExp(unspaced === '' ? whole : `${whole}|${unspaced.replaceAll(/\s+/gu, '')}`, 'iu')
}

/** What an assistant is asked to do with a text that it is given. */
export const HAND_OVER = anyWord(
  String.raw`correct|proof-?read|edit|revise|rewrite|re-?phrase|reword|paraphrase|polish|improve|translate|summari[sz]e|sum up|shorten|condense
    |fix|check|review|analy[sz]e|explain|interpret|transcribe|reply to|respond to|answer|comment on|critique|grade|feedback on|tl;?dr|continue
    |(?:an?|the) (?:translation|correction|summary) of|translated|corrected|rewritten|summari[sz]ed|proof-?read|sound (?:more )?\p{L}+|more (?:formal|polite|friendly|concise)
    |korrigier(?:en?|t)|verbesser[en]|verbessern|überarbeiten?|umschreiben|umformulieren|formuliere?|schreibe? (?:das|dies|den|diesen|folgenden)|übersetze?n?|zusammen(?:fassen|fassung)?|kürzen?|kürze|prüfen?|prüfe|lektoriere|antworte auf|erkläre?|analysiere|(?:auf|ins?) [^.!?\n]{0,25}(?:deutsche?|englische?|spanische?|französische?|italienische?|arabische?|chinesische?) (?:bringen|übertragen|schreiben)
    |corri[gj][ea]|corrígeme|corrígelo|corregir|revisa|revisar|traduce|tradúceme|traduzca|traducir|reescrib[ea]|reescribir|resume|resumir|resuma|mejora|mejorar|reformula|parafrasea|acorta|edita|analiza|explica|responde a
    |corrige[rz]?|relis|relire|relisez|traduis|traduire|traduisez|réécris|réécrire|réécrivez|reformule[rz]?|résume[rz]?|améliore[rz]?|raccourcis|révise[rz]?|analyse[rz]?|explique[rz]?|réponds à
    |traduci|correggi|riassumi|riscrivi|traduz|traduza|traduzir|corrija|reescreva|vertaal|verbeter|corrigeer|herschrijf
    |переведи|переведите|исправь|исправьте|перепиши|сократи|проверь|przetłumacz|popraw|streść|çevir|düzelt
    |ترجم|ترجمي|ترجمة|صحح|صحّح|تصحيح|لخص|لخّص|تلخيص|صياغة|كتابة|راجع|دقق|حسّن|اختصر|اشرح`,
  '翻译|翻譯|翻成|译成|譯成|翻一下|润色|修改|改写|改正|纠正|总结|概括|校对|缩写|改成|改一下|解释|分析|回复|翻訳|訳して|要約|添削|直して|書き直|校正|번역|요약|고쳐',
)

/** "This", "the following": the text stands right here. */
export const DEICTIC = anyWord(
  String.raw`this|these|following|below|next|above|it|that|diese[nsrm]?|dies|das|folgende[nsrm]?|unten|obige[nsrm]?|est[eao]s?|siguiente|abajo|anterior|arriba|ce|cet|cette|ceci|ça|suivante?|ci-dessous|ci-dessus|questo|seguente|isto|seguinte|dit|deze|volgende|это|этот|следующий|التالي|التالية|هذا|هذه|أدناه|أعلاه`,
  '下面|以下|这|這|上面|次の|この',
)

/** The text stands before what is asked of it. */
export const ABOVE = anyWord(
  String.raw`above|obige[nsrm]?|oben|anterior|arriba|ci-dessus|précédent|أعلاه|السابق|this (?:letter|text|e-?mail|message|paragraph|passage)`,
  '上面|以上|上述|上の',
)

/** A text that somebody wrote, and what introduces it. */
export const OF_OTHERS = anyWord(
  String.raw`wrote|writes|said|says|texted|texts|e-?mailed|messaged|replied|replies|answered|told (?:me|us)|asked|posted|quote|quoted|sent (?:me|us)|forwarded|letter|e-?mail|message|text|paragraph|article|poem|lyrics|transcript|log|logs|story|review|statement|speech|essay|draft|note from|conversation|chat|remember(?:ed)?|what you (?:already )?(?:know|have)
    |schrieb|schreibt|sagte|sagt|meinte|antwortete|geschrieben|gesagt|brief|nachricht|text|absatz|artikel|gedicht|protokoll|geschichte|entwurf|weißt|erinnerst
    |escribió|escribe|dijo|dice|respondió|contestó|carta|correo|mensaje|texto|párrafo|artículo|poema|historia|borrador|sabes|recuerdas
    |a écrit|écrit|écrivait|a dit|dit|répondu|lettre|courriel|mail|message|texte|paragraphe|article|poème|histoire|brouillon|sais
    |ha scritto|lettera|messaggio|testo|escreveu|disse|mensagem|schreef|zei|bericht|tekst|написала?|сказала?|письмо|текст
    |كتب|كتبت|قال|قالت|رسالة|الرسالة|نص|النص|مقال|بريد|تعرفه|تتذكر`,
  '写道|写信|说|信|邮件|短信|消息|文章|段落|文本|文字|诗|故事|知道|メール|手紙|文章',
)

/** From here on somebody plays a part, until it is said to end. */
export const ROLE_PLAY = anyWord(
  String.raw`pretend|role-?play(?:ing)?|act as|let's play|playing the (?:role|part)|play the (?:role|part)|in the role of|in character|mock (?:job )?interview|(?:job )?interview practi[cs]e|practi[cs]e interview|practi[cs]e (?:for )?(?:an?|my|the|your)? ?(?:\p{L}+ )?(?:interview|role|viva|audition)|rehears(?:e|ing)|simulat(?:e|ing)|improvi[sz](?:e|ing)|(?:be|you're) my (?:interviewer|examiner|opponent)|game where|i(?:'ll| will) (?:play|be the)|you(?:'re| are) (?:now )?(?:an?|my|the) \p{L}+|you (?:play|be) (?:an?|my|the)
    |tu so|tun wir so|rollenspiel|spiele? (?:die rolle|einen?|den|bitte)|du bist (?:jetzt )?(?:ein|eine|mein|meine|der|die)|du spielst|ich spiele (?:die rolle|jetzt)|in der rolle|(?:vorstellungs|bewerbungs)gespräch (?:üben|simulieren|nach)|probeinterview|fiktive[sn]? \p{L}+
    |finge|finjamos|haz(?:te)? como si|hagamos como|juego de rol|actúa como|eres (?:ahora )?(?:un|una|mi|el|la)|hac[ée] de cuenta|simula(?:r|mos|cro)?|entrevista (?:ficticia|simulada)|haz de|hago de
    |fais semblant|faisons semblant|jeu de rôle|joue le rôle|joue(?:r|ons)? (?:un|une|le|la)|tu es (?:maintenant )?(?:un|une|mon|ma|le|la)|simul(?:e|ons|ation)|mets-toi dans|entretien (?:blanc|fictif)|(?:jeu|scène|dialogue|appel) fictife?|je joue le rôle
    |fai finta|gioco di ruolo|finja|faz de conta|doe alsof|rollenspel|представь|притворись|ролевая
    |تظاهر|لنتظاهر|لعبة أدوار|تمثيل أدوار|لعب أدوار|أنت الآن|مثّل دور|العب دور|تقمص|سألعب دور`,
  '假装|角色扮演|扮演|模拟|你现在是|你是一|你是我的|ロールプレイ|ふりをして',
)

export const ROLE_PLAY_ENDS = anyWord(
  String.raw`(?:end|stop|finish|finished|quit|leave|exit|enough|done|over)[^.!?\n]{0,30} (?:role-?play|game|playing|practi[cs]e|interview|pretending|character|scene)|(?:role-?play|game|scene|interview|practice)[^.!?\n]{0,20} (?:over|done|finished|ends)|out of character|back to (?:reality|normal|real life|me|myself)|in real life|for real
    |(?:ende|stopp|schluss|fertig|genug|beende)[^.!?\n]{0,30} (?:rollenspiel|rollenspiels|spiel|übung)|(?:rollenspiel|spiel|übung)[^.!?\n]{0,20} (?:ende|vorbei|fertig|beendet)|im echten leben|in echt|in wirklichkeit|zurück zur realität
    |fin del juego|(?:salgo|salimos|dejamos|basta)[^.!?\n]{0,25} (?:juego|papel|personaje)|terminó el juego|se acabó el juego|fuera del (?:juego|personaje)|en la vida real|volviendo a la realidad
    |fin du jeu|(?:stop|arrêt\p{L}*|sort\p{L}*|quitt\p{L}*)[^.!?\n]{0,25} (?:jeu|rôle|personnage)|le jeu est (?:fini|terminé)|hors (?:jeu|personnage)|dans la vraie vie|en vrai|revenons à la réalité
    |انتهت اللعبة|انتهى التمثيل|في الواقع|في الحقيقة`,
  '游戏结束|角色扮演结束|回到现实|现实中|扮演完',
)

/** What follows in the message is supposed, not so. */
export const SUPPOSED = anyWord(
  String.raw`imagine|imagining|suppose|supposing|let's (?:say|assume|imagine)|assume|assuming|hypothetically|what if|once upon a time|(?:write|make up|compose|create|invent|tell me)[^.!?\n]{0,30} (?:monologue|story|poem|song|novel|scene|script|dialogue|limerick|haiku|rap|sketch|fairy tale)|in (?:a|the|my|this) (?:story|novel|dream|scene|game|play)|first[- ]person
    |stell dir vor|stellen wir uns vor|angenommen|nehmen wir an|gesetzt den fall|hypothetisch|was wäre wenn|es war einmal|ich-form|ich-perspektive
    |imagina|imaginemos|supongamos|supón|suponiendo|pongamos que|hipotéticamente|qué pasaría si|érase una vez|había una vez|en primera persona
    |imagine[zr]?|imaginons|supposons|suppose|admettons|hypothétiquement|et si|il était une fois|à la première personne
    |immagina|supponiamo|imagine que|stel je voor|предположим
    |تخيل|تخيلي|لنفترض|افترض|لنتخيل|بفرض|كان يا ما كان`,
  '假设|假如|想象一下|设想|第一人称|很久以前',
)

/** How letters begin, alone on their line, and how they end. */
export const LETTER_BEGINS =
  /^[ \t>]*(?:dear|to whom it may concern|sehr geehrte|liebe[rs]?\s+\p{Lu}|estimad[oa]s?|querid[oa]s?|muy señor|chère?s?|madame|monsieur|bonjour \p{Lu}|gentile|caro|cara|prezad[oa]|beste|geachte|уважаем|дорог|尊敬的|亲爱的|敬启者|拝啓|عزيزي|عزيزتي|السيد|السيدة|حضرة|تحية طيبة)[^.!?。\n]{0,60}[,:，：،!]?[ \t]*$/imu
export const LETTER_ENDS =
  /^[ \t>]*(?:yours|sincerely|best|kind|warm|regards|cheers|love|respectfully|many thanks|mit (?:freundlichen|besten|lieben|herzlichen)|(?:viele|liebe|beste|herzliche) grüße|hochachtungsvoll|atentamente|saludos|un (?:saludo|abrazo)|cordialmente|cordiali saluti|atenciosamente|cordialement|bien à (?:vous|toi)|(?:avec )?mes (?:meilleures|sincères|salutations)|salutations|veuillez agréer|met vriendelijke|с уважением|此致|敬礼|敬上|祝好|敬具|مع (?:أطيب|خالص|فائق)|تحياتي|وتفضلوا|المخلص)(?![\p{L}\p{M}])[^\n]{0,80}(?:\n[^\n]{1,40})?$/imu

/** After a text that was handed over: the user speaks again. */
export const OWN_AGAIN = anyWord(
  String.raw`by the way|btw|ps|p\.s\.|also|note|for context|fyi|and by the way|thanks|thank you|(?:it|this|that)(?:'s| is) (?:for|from|by|my)|that was|i (?:wrote|got|received|need|want|have to)
    |übrigens|nebenbei|danke|das ist (?:für|von|mein)|es ist (?:für|von)|zur info|ich (?:brauche|muss|habe)
    |por cierto|gracias|es (?:para|de) (?:mi|un|una)|esto es|además
    |au fait|d'ailleurs|merci|c'est (?:pour|de|mon|ma|un|une)|par ailleurs
    |بالمناسبة|شكرا|هذا ل|هذه ل`,
  '顺便|另外|谢谢|这是|对了|ちなみに',
)

/** Takes back what was said before. */
export const CORRECTS = anyWord(
  String.raw`correction|corrected|i was wrong|i meant|i got (?:it|that) wrong|my mistake|mistyped|misread|typo|scratch that|no wait|sorry wait|wait no|wait,? sorry|make that|not the \p{N}+\p{L}*
    |korrektur|berichtigung|ich meinte|vertan|verschrieben|verlesen|verwechselt|stimmt nicht|war falsch|ist falsch|nicht [^.!?\n]{1,40},? sondern
    |corrección|me equivoqué|me he equivocado|me confundí|quise decir|quería decir|rectifico|no [^.!?\n]{1,40},? sino
    |je me suis trompée?|je voulais dire|rectification|je corrige|erreur de ma part|pas [^.!?\n]{1,40},? mais
    |تصحيح|أخطأت|أقصد|كنت مخطئا|كنت مخطئة|غلطت|ليس [^.!?\n]{1,40} بل|وليس`,
  '更正|说错|看错|搞错|写错|记错|弄错|不是[^。，]{1,20}(?:[，,]?(?:而)?是)|是[^。，]{1,20}不是|改成|改为',
)
