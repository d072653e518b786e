import { z } from 'zod'
import { identifier, moment, type Format } from './format.ts'

/** A Claude export. */

const message = z.object({
  uuid: identifier,
  sender: z.string(),
  text: z.string().nullish(),
  content: z
    .array(z.looseObject({ type: z.string().nullish(), text: z.string().nullish() }))
    .nullish(),
  created_at: moment,
})

const record = z.object({
  uuid: identifier,
  name: z.string().nullish(),
  created_at: moment,
  updated_at: moment,
  account: z.looseObject({ uuid: z.string().nullish() }).nullish(),
  chat_messages: z.array(message),
})

export const claude: Format = {
  knows: ({ chat_messages: messages }) => Array.isArray(messages),
  read(given, { user }) {
    const data = record.parse(given)
    return {
      id: data.uuid,
      userId: user ?? data.account?.uuid ?? null,
      title: data.name,
      createdAt: data.created_at,
      updatedAt: data.updated_at,
      messages: data.chat_messages.flatMap((each) => {
        const content = textOf(each)
        if (content.trim() === '') return []
        return [
          {
            id: `${data.uuid}/${each.uuid}`,
            role: each.sender === 'human' ? 'user' : each.sender,
            content,
            createdAt: each.created_at,
          },
        ]
      }),
    }
  },
}

/** Blocks of text without reasoning and calls of tools; older exports have `text` alone. */
function textOf({ content, text }: z.infer<typeof message>): string {
  const blocks = (content ?? []).flatMap((block) =>
    block.type === 'text' && block.text ? [block.text] : [],
  )
  return blocks.length > 0 ? blocks.join('\n\n') : (text ?? '')
}
