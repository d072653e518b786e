import { isSilentPart, textOfContent } from '../../../text/content-parts.ts'
import type { DraftMessage } from '../draft.ts'
import type { LeftOut, Reason } from '../left-out.ts'
import { branchOf, type TreeNode } from './branch.ts'
import { fieldOf, fieldsIn, idIn, isFields, listIn, textIn, timeIn, type Fields } from './fields.ts'
import type { Format } from './format.ts'

/** A Claude export: messages in one list, of which each names the one before it; the branch that was last on screen is imported. */

interface Node extends TreeNode {
  readonly message: DraftMessage | undefined
  /** What is left out of it, or all of it. */
  readonly left: readonly Reason[]
}

export const claude: Format = {
  knows: ({ chat_messages: messages }) => Array.isArray(messages),
  read(given, { user }) {
    const all = listIn(given, 'chat_messages').filter(isFields)
    const id = idIn(given, 'uuid', 'id') ?? idIn(all[0], 'uuid')
    if (id === undefined) return { field: 'uuid', message: 'is missing' }
    const nodes = all.map((message, at) => readNode(message, { conversation: id, at }))
    const current = idIn(given, 'current_leaf_message_uuid')
    const branch = branchOf(nodes, current, ({ message }) => message !== undefined)
    const shown = new Set(branch)
    const leftOut: LeftOut = {}
    const count = (reason: Reason) => (leftOut[reason] = (leftOut[reason] ?? 0) + 1)
    for (const node of nodes) {
      if (shown.has(node)) node.left.forEach(count)
      else if (node.message !== undefined) count('other_branch')
    }
    return {
      id,
      userId: user ?? idIn(fieldsIn(given, 'account'), 'uuid') ?? null,
      title: textIn(given, 'name'),
      createdAt: timeIn(given, 'created_at'),
      updatedAt: timeIn(given, 'updated_at'),
      messages: branch.flatMap(({ message }) => message ?? []),
      leftOut,
    }
  },
}

interface Place {
  readonly conversation: string
  readonly at: number
}

function readNode(message: Fields, { conversation, at }: Place): Node {
  const own = idIn(message, 'uuid', 'id') ?? `#${at + 1}`
  const createdAt = timeIn(message, 'created_at')
  const base = { id: own, parent: idIn(message, 'parent_message_uuid'), at: createdAt }
  const { text, pasted, left } = textOf(message)
  const content = [text, ...pasted].filter((each) => each !== '').join('\n\n')
  const sender = textIn(message, 'sender', 'role')
  if (content === '')
    return { ...base, message: undefined, left: left.length > 0 ? left : ['no_text'] }
  if (sender === undefined) return { ...base, message: undefined, left: ['no_role'] }
  const role = sender === 'human' ? 'user' : sender
  return { ...base, left, message: { id: `${conversation}/${own}`, role, content, createdAt } }
}

/** What old exports have in the place of what they do not hold. */
const UNSUPPORTED = /```\n?This block is not supported on your current device yet\.?\n?```/gu

/** Blocks of text without reasoning and calls of tools; older exports have `text` alone. Long pastes are attachments. */
function textOf(message: Fields) {
  const blocks = listIn(message, 'content')
  const said = blocks
    .flatMap((block) => (isSilentPart(block) ? [] : [textOfContent(block)]))
    .filter((text) => text.trim() !== '')
  const whole = fieldOf(message, 'content')
  const plain = typeof whole === 'string' ? whole : (textIn(message, 'text') ?? '')
  const text = said.length > 0 ? said.join('\n\n') : plain.replaceAll(UNSUPPORTED, '').trim()
  const attachments = listIn(message, 'attachments')
  const pasted = attachments.flatMap(pasteOf)
  const files = attachments.length - pasted.length + filesOf(message)
  const silent = text === '' && blocks.some(isSilentPart) ? [silentReason(blocks)] : []
  return {
    text,
    pasted,
    left: [...silent, ...Array.from({ length: files }, () => 'attachment' as const)],
  }
}

const silentReason = (blocks: readonly unknown[]): Reason =>
  blocks.some((block) => /tool/u.test(textIn(block, 'type') ?? '')) ? 'tool' : 'reasoning'

function filesOf(message: Fields): number {
  return Math.max(
    listIn(message, 'files').filter(isFields).length,
    listIn(message, 'files_v2').length,
  )
}

/** What was pasted or attached as text. The user handed it over, and need not have written it: it is set off as other people's words. */
function pasteOf(attachment: unknown): string[] {
  const text = textIn(attachment, 'extracted_content')
  return text === undefined ? [] : [setOff(text)]
}

/** Between tags that do not occur in it, so that nothing in it can end it. */
function setOff(text: string): string {
  let tag = 'attachment'
  for (let more = 2; text.includes(tag); more += 1) tag = `attachment-${more}`
  return `<${tag}>\n${text}\n</${tag}>`
}
