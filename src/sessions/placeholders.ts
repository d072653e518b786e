/** What phones write in the place of a message that was deleted, or of a picture or a call, where no sign of its form says so. */

const DELETED =
  /^(?:this message was deleted|you deleted this message|diese nachricht wurde gelöscht|du hast diese nachricht gelöscht|se eliminó este mensaje|este mensaje fue eliminado|eliminaste este mensaje|ce message a été supprimé|vous avez supprimé ce message|questo messaggio è stato eliminato|hai eliminato questo messaggio|esta mensagem foi apagada|mensagem apagada|você apagou esta mensagem|dit bericht is verwijderd|wiadomość została usunięta|сообщение удалено|данное сообщение удалено|bu mesaj silindi|تم حذف هذه الرسالة|此消息已删除|このメッセージは削除されました|삭제된 메시지입니다|null)\.?$/iu
const OMITTED =
  /^(?:(?:image|video|audio|sticker|gif|document|photo|contact card|media)(?: card)? omitted|(?:bild|foto|video|audio|sticker|dokument|medien|kontaktkarte) (?:weggelassen|ausgeschlossen)|(?:imagen|foto|vídeo|video|audio|sticker|documento|multimedia|archivo) (?:omitid[oa]|eliminad[oa])|(?:image|photo|vidéo|audio|document|sticker|médias?) (?:absente?|omise?s?)|(?:immagine|video|audio|documento|sticker|media) omess[oai]|(?:imagem|vídeo|áudio|documento|figurinha|mídia) (?:ocultad[oa]|omitid[oa]|oculto))$/iu
const CALL =
  /^(?:missed (?:voice|video|group) call|verpasster (?:sprach|video)anruf|llamada perdida|appel (?:vocal|vidéo) manqué|chiamata (?:vocale )?persa|chamada perdida)/iu
const FILE =
  /^[\w .()-]{1,80}\.(?:jpe?g|png|webp|gif|heic|opus|ogg|m4a|mp3|mp4|mov|3gp|pdf|vcf|docx?|xlsx?|pptx?|zip)\s*\([^()\n]{1,60}\)$/iu

export const isPlaceholder = (content: string): boolean =>
  content.length <= MAX_CHARS &&
  [DELETED, OMITTED, CALL, FILE].some((pattern) => pattern.test(content.trim()))

const MAX_CHARS = 160
