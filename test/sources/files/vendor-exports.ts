import { fileURLToPath } from 'node:url'
import { readFileOf } from './read-file.ts'

/** Small exports, as vendors write them. */

export const fixture = (name: string) =>
  fileURLToPath(new URL(`../../fixtures/imports/${name}`, import.meta.url))

export const readAll = async (value: unknown) => await readFileOf(JSON.stringify(value))

interface Said {
  readonly role?: unknown
  readonly text?: unknown
  readonly [field: string]: unknown
}

/** A node of a ChatGPT export. */
export const node = (
  id: string,
  parent: string | null,
  { role = 'user', text, ...over }: Said,
) => ({
  id,
  parent,
  message: {
    id,
    author: { role },
    create_time: 1_767_600_000 + id.charCodeAt(0),
    content: { content_type: 'text', parts: [text] },
    ...over,
  },
})

export const chat = (nodes: readonly { readonly id: string }[], over = {}) => ({
  conversation_id: 'c',
  create_time: 1_767_600_000,
  mapping: Object.fromEntries(nodes.map((each) => [each.id, each])),
  ...over,
})

export const said = (uuid: string, parent: string | null, text: string, over = {}) => ({
  uuid,
  sender: 'human',
  text,
  content: [{ type: 'text', text }],
  created_at: `2026-02-01T09:0${uuid.slice(-1)}:00Z`,
  ...(parent === null ? {} : { parent_message_uuid: parent }),
  ...over,
})
export const claudeOf = (chat_messages: readonly unknown[], over = {}) => ({
  uuid: 'c',
  created_at: '2026-02-01T09:00:00Z',
  account: { uuid: 'acc' },
  chat_messages,
  ...over,
})
