import { z } from 'zod'
import { identifier, isFields, moment, type Format } from './format.ts'

/** A ChatGPT export: every conversation is a tree, of which the branch that was last on screen is taken. */

const node = z.object({
  parent: z.string().nullish(),
  children: z.array(z.string()).nullish(),
  message: z
    .object({
      id: identifier,
      author: z.object({ role: z.string(), name: z.string().nullish() }),
      create_time: moment,
      recipient: z.string().nullish(),
      content: z.looseObject({ parts: z.array(z.unknown()).nullish(), text: z.string().nullish() }),
      metadata: z
        .looseObject({ is_visually_hidden_from_conversation: z.boolean().nullish() })
        .nullish(),
    })
    .nullish(),
})
type Node = z.infer<typeof node>
type Message = NonNullable<Node['message']>

const record = z
  .object({
    conversation_id: identifier.optional(),
    id: identifier.optional(),
    title: z.string().nullish(),
    create_time: moment,
    update_time: moment,
    current_node: z.string().nullish(),
    mapping: z.record(z.string(), node),
  })
  .refine(({ id, conversation_id: other }) => id !== undefined || other !== undefined, {
    path: ['id'],
    message: 'is missing',
  })

export const chatgpt: Format = {
  knows: ({ mapping }) => isFields(mapping),
  read(given, { user }) {
    const data = record.parse(given)
    const id = data.conversation_id ?? data.id ?? ''
    return {
      id,
      userId: user ?? null,
      title: data.title,
      createdAt: data.create_time,
      updatedAt: data.update_time,
      messages: branch(data.mapping, data.current_node).flatMap((message) => {
        const content = wasSaid(message) ? textOf(message) : ''
        if (content === '') return []
        // A conversation that was continued from another one repeats its messages with their ids.
        return [
          {
            id: `${id}/${message.id}`,
            role: message.author.role,
            name: message.author.name,
            content,
            createdAt: message.create_time,
          },
        ]
      }),
    }
  },
}

/** From the root to the current node; without one that exists, along the newest child of each. */
function branch(mapping: Readonly<Record<string, Node>>, current: string | null | undefined) {
  const tree = new Map(Object.entries(mapping))
  const messages: Message[] = []
  const seen = new Set<string>()
  let at = current != null && tree.has(current) ? current : newestLeaf(tree)
  while (at !== null && !seen.has(at)) {
    seen.add(at)
    const found: Node | undefined = tree.get(at)
    if (found?.message) messages.push(found.message)
    at = found?.parent ?? null
  }
  return messages.toReversed()
}

function newestLeaf(tree: ReadonlyMap<string, Node>): string | null {
  const root = [...tree].find(([, { parent }]) => parent == null || !tree.has(parent))
  const seen = new Set<string>()
  let at = root?.[0] ?? null
  while (at !== null && !seen.has(at)) {
    seen.add(at)
    const next: string | undefined = tree.get(at)?.children?.findLast((child) => tree.has(child))
    if (next === undefined) return at
    at = next
  }
  return at
}

/** System messages, calls of tools and what tools answered were said by nobody. */
function wasSaid({ author, recipient, metadata }: Message): boolean {
  return (
    (author.role === 'user' || author.role === 'assistant') &&
    (recipient ?? 'all') === 'all' &&
    metadata?.is_visually_hidden_from_conversation !== true
  )
}

/** Kinds of content that a person saw as text; the others are custom instructions, reasoning and code that was run. */
const TEXTS: ReadonlySet<unknown> = new Set(['text', 'multimodal_text', undefined])

/** Parts are text, or objects of which some carry text (a transcript of what was spoken); images have none. */
function textOf({ content: { parts, text, content_type: kind } }: Message): string {
  if (!TEXTS.has(kind)) return ''
  const texts = (parts ?? [text]).flatMap((part) => {
    const found = isFields(part) ? part['text'] : part
    return typeof found === 'string' && found.trim() !== '' ? [found] : []
  })
  return texts.join('\n\n')
}
