/** Tells statements from questions, courtesies, requests and filler. English only, but for the question mark. */

const QUESTION = /\?["'”’)\]\s]*$/u
/** "Did you …", "Are you …" without their mark. */
const INVERTED =
  /^(?:do|does|did|are|is|was|were|can|could|would|will|have|has|should|may|might|am)(?:n't| not)? (?:i|you|we|they|he|she|it|there|that|this|your|the|any)\b/iu
const ASKING = /^(?:what|who|whose|where|why|how|which|any|wanna|got any|care to)\b/iu
/** "What I love is …", "How I feel …": no questions. */
const CLEFT = /^(?:what|where|how|which) (?:i|we|really|makes?|made|matters?|keeps?|helps?)\b/iu

const COURTESY =
  /^(?:(?:many )?thanks?|thank you|good (?:to|luck|for|job|morning|night|evening|afternoon|day|call|point)|(?:so )?(?:nice|great|good|lovely) (?:to|hearing|seeing|talking|job|work|one)|talk (?:to you )?(?:soon|later)|see (?:you|ya)|take (?:care|it easy)|good?bye|congrat|welcome|(?:that |it )?(?:sounds?|looks?)|no (?:worries|problem|prob|doubts?|way)|way to go|keep (?:it|up|going|pushing|me|in|on)|(?:so )?(?:glad|happy|sorry) (?:to hear|you|it|that|for you)|hope (?:you|it|that)|same (?:here|to)|me (?:too|neither)|cheers|happy (?:birthday|new|holiday)|enjoy|have (?:a|fun)|you(?:'re| are) welcome|i(?:'m| am) (?:good|fine|ok|okay|well|great)\b.{0,12}$|(?:i |just )?(?:wanted|want) to (?:say|ask|check|catch)|i (?:totally |completely |really )?agree|(?:i )?(?:can't|can not|cannot) wait|i (?:appreciate|see|guess|bet|know|hope|wish)\b|let(?:'s| us| me)\b|i(?:'m| am) (?:here|glad|sorry|so glad|happy) (?:for|to hear|you|it|that)|i(?:'ll| will) (?:let|talk|see|keep you|check)|long time|it's been|here(?:'s| is| are)|lemme|(?:i )?wish |check |take a look|look at|this is (?:a|the|my) (?:pic|photo))/iu
const COURTESY_CHARS = 80

/** "Since I was 17." hangs on a sentence that is not there. */
const HANGING =
  /^(?:since|because|'cause|cuz|when|whenever|if|although|though|while|until|unless|so that|than|almost|as)\b[^,]*$/iu

export const isFragment = (text: string) => HANGING.test(text)

export const isQuestion = (text: string) =>
  QUESTION.test(text) || INVERTED.test(text) || (ASKING.test(text) && !CLEFT.test(text))

export const isCourtesy = (text: string) => COURTESY.test(text.slice(0, COURTESY_CHARS))
