import { createHash } from 'node:crypto'
import {
  isMessage,
  isSlack,
  isTelegram,
  readMessages,
  type ReadMessage,
} from '../../../sessions/messages.ts'
import { asSaidBy } from '../../../sessions/user-speaker.ts'
import type { Draft, DraftMessage } from '../draft.ts'
import type { LeftOut } from '../left-out.ts'
import { fieldOf, idIn, isFields, listIn, textIn, timeIn, type Fields } from './fields.ts'
import type { Format, RecordContext } from './format.ts'
import { userBeside } from './mem0.ts'

/** Chats of other programs: Telegram, Slack, and messages as the interfaces of vendors write them. */

const CHAT =
  /^(?:personal_chat|bot_chat|saved_messages|private_group|private_supergroup|public_supergroup|private_channel|public_channel)$/u

export const telegram: Format = {
  knows: (given, { around }) =>
    isTelegram(given) ||
    CHAT.test(textIn(given, 'type') ?? '') ||
    (CHAT.test(textIn(around, 'type') ?? '') && given['date'] !== undefined),
  read(given, context) {
    const isChat = Array.isArray(fieldOf(given, 'messages'))
    const chat: Fields = isChat && isFields(given) ? given : context.around
    const messages = isChat ? listIn(given, 'messages') : [given]
    const id = `telegram/${idIn(chat, 'id', 'name') ?? context.file}`
    return {
      ...drafted(messages, {
        id,
        context,
        ownId: (message, place) => idIn(message, 'id') ?? String(place),
      }),
      title: textIn(chat, 'name'),
      grows: !isChat,
    }
  },
}

/** A message of a channel: with its thread, else with its day. */
export const slack: Format = {
  knows: (given) => isSlack(given),
  read(given, context) {
    if (!isFields(given)) return { field: '', message: 'must be an object' }
    const thread = textIn(given, 'thread_ts')
    const day = timeIn(given, 'ts')?.toISOString().slice(0, 10)
    const channel = context.folder ?? textIn(given, 'channel', 'channel_name') ?? context.file
    const id = `slack/${channel}/${thread ?? day ?? context.file}`
    const draft = drafted([named(given, context.names)], {
      id,
      context,
      ownId: (message, place) => idIn(message, 'ts') ?? String(place),
    })
    return { ...draft, title: channel, grows: true }
  },
}

/** Slack says who speaks by an id; who that is is written in another file of the export. */
function named(message: Fields, names: ReadonlyMap<string, string>): Fields {
  const user = textIn(message, 'user')
  const name = user === undefined ? undefined : names.get(user)
  const text = textIn(message, 'text')
  return {
    ...message,
    ...(text === undefined ? {} : { text: withNames(text, names) }),
    ...(name === undefined || isFields(message['user_profile']) ? {} : { user_profile: { name } }),
  }
}

const withNames = (text: string, names: ReadonlyMap<string, string>) =>
  text.replaceAll(/<@([^<>|\n]{1,80})>/gu, (found, id: string) => {
    const name = names.get(id)
    return name === undefined ? found : `<@${id}|${name}>`
  })

/** A list of messages is one conversation, and so is each record that holds a list of them. */
export const messages: Format = {
  knows: (given) => isMessage(given) || listIn(given, 'messages').some(isMessage),
  read(given, context) {
    const isWhole = Array.isArray(fieldOf(given, 'messages'))
    const all = isWhole ? listIn(given, 'messages') : [given]
    const own = idIn(given, 'conversation_id', 'session_id', 'thread_id', 'id')
    const named = isWhole ? (own ?? hashOf(all)) : context.file
    return {
      ...drafted(all, {
        id: `messages/${named}`,
        context,
        ownId: (_, place) => String(isWhole ? place : context.number),
      }),
      ...(idIn(given, 'user_id') === undefined ? {} : { userId: idIn(given, 'user_id') ?? null }),
      title: isWhole ? textIn(given, 'title', 'name') : context.file,
      grows: !isWhole,
    }
  },
}

const hashOf = (value: unknown) =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, HASH_CHARS)
const HASH_CHARS = 24

interface Drafting {
  readonly id: string
  readonly context: RecordContext
  /** @param place in the list, from 1 */
  readonly ownId: (message: unknown, place: number) => string
}

type Drafted = Pick<Draft, 'id' | 'userId' | 'createdAt' | 'messages' | 'leftOut'>

function drafted(all: readonly unknown[], { id, context, ownId }: Drafting): Drafted {
  const read = readMessages(all)
  const messages = read
    .filter(({ role }) => role !== 'system' && role !== 'tool')
    .map((message) =>
      draftOf(message, { id, context, own: ownId(all[message.index], message.index + 1) }),
    )
  const silent = read.filter(({ role }) => role === 'tool').length
  const system = read.filter(({ role }) => role === 'system').length
  const leftOut: LeftOut = {
    ...(all.length > read.length ? { no_text: all.length - read.length } : {}),
    ...(silent > 0 ? { tool: silent } : {}),
    ...(system > 0 ? { system } : {}),
  }
  const userId = userBeside(context.around) ?? context.user ?? null
  return { id, userId, createdAt: messages[0]?.createdAt, messages, leftOut }
}

/** Messages of one second are read in the order of their ids. */
const ID_DIGITS = 12

function draftOf(
  message: ReadMessage,
  { id, context, own }: { id: string; context: RecordContext; own: string },
): DraftMessage {
  const { speaker } = context
  const { index: _index, content, at, ...who } = message
  const { role, name } = speaker === undefined ? who : asSaidBy(who, speaker)
  return {
    id: `${id}/${own.padStart(ID_DIGITS, '0')}`,
    role,
    name,
    content,
    createdAt: at === null ? undefined : new Date(at),
  }
}
