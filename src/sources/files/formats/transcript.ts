import { readCaptions } from '../../../sessions/captions.ts'
import { readPhoneChat } from '../../../sessions/phone-chats.ts'
import { normalizeNewlines, parseTranscript } from '../../../sessions/transcript.ts'
import { withUser } from '../../../sessions/user-speaker.ts'
import type { Format } from './format.ts'

/** A transcript as text: a chat that a phone exported, captions, or whatever says who speaks. The whole file is one conversation. */

/** Turns are read in the order of their ids where they have no time of their own. */
const ID_DIGITS = 6

export const transcript: Format = {
  knows: () => false,
  read(given, { user, speaker, file }) {
    if (typeof given !== 'string') return { field: '', message: 'must be text' }
    const id = `chat/${file}`
    return {
      id,
      userId: user ?? null,
      title: file,
      messages: withUser(parseTranscript(given), speaker).map(
        ({ position, role, name, content, at }) => ({
          id: `${id}/${String(position + 1).padStart(ID_DIGITS, '0')}`,
          role,
          name,
          content,
          createdAt: at === null ? undefined : new Date(at),
        }),
      ),
    }
  },
}

/** Whether somebody speaks in a text: in any other the whole would be one turn. */
export function isTranscript(text: string): boolean {
  const plain = normalizeNewlines(text)
  return (
    readPhoneChat(plain) !== null ||
    readCaptions(plain) !== null ||
    parseTranscript(plain).length > 1
  )
}
