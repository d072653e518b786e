import { isMachine } from '../../../domain/roles.ts'
import { isSilentPart, textOfContent } from '../../../text/content-parts.ts'
import type { DraftMessage } from '../draft.ts'
import type { LeftOut, Reason } from '../left-out.ts'
import { branchOf, type TreeNode } from './branch.ts'
import { referencesOf, withoutCitations, withoutMarks } from './citations.ts'
import { fieldOf, fieldsIn, idIn, isFields, listIn, textIn, timeIn, type Fields } from './fields.ts'
import type { Format } from './format.ts'

/** A ChatGPT export: every conversation is a tree, of which the branch that was last on screen is imported. */

interface Node extends TreeNode {
  readonly message: DraftMessage | undefined
  readonly left: Reason | undefined
}

export const chatgpt: Format = {
  knows: (given) => nodesIn(given).length > 0 || isFields(given['mapping']),
  read(given, { user }) {
    const given_ = nodesIn(given)
    const id = idIn(given, 'conversation_id', 'id') ?? given_.map(([key]) => key)[0]
    if (id === undefined) return { field: 'id', message: 'is missing' }
    const children = parentsByChildren(given_)
    const nodes = given_.map(([key, node]) => readNode(node, { key, conversation: id, children }))
    const branch = branchOf(
      nodes,
      idIn(given, 'current_node'),
      ({ message }) => message !== undefined,
    )
    const shown = new Set(branch)
    const leftOut: LeftOut = {}
    for (const node of nodes) {
      const reason = shown.has(node) ? node.left : node.message && 'other_branch'
      if (reason !== undefined) leftOut[reason] = (leftOut[reason] ?? 0) + 1
    }
    return {
      id,
      userId: user ?? null,
      title: textIn(given, 'title'),
      createdAt: timeIn(given, 'create_time'),
      updatedAt: timeIn(given, 'update_time'),
      // A conversation that was continued from another one repeats its messages with their ids.
      messages: branch.flatMap(({ message }) => message ?? []),
      leftOut,
    }
  },
}

type Named = readonly [key: string, node: Fields]

/** A tree is kept by the ids of its nodes, or as a list of them. */
function nodesIn(record: unknown): readonly Named[] {
  const mapping = fieldOf(record, 'mapping')
  const all: readonly (readonly [string, unknown])[] = Array.isArray(mapping)
    ? mapping.map((node: unknown, at) => [idIn(node, 'id') ?? `#${at + 1}`, node] as const)
    : isFields(mapping)
      ? Object.entries(mapping)
      : []
  return all.flatMap(([key, node]) => (isFields(node) ? [[key, node] as const] : []))
}

/** Where a node does not name its parent, the parent may name it. */
function parentsByChildren(nodes: readonly Named[]): ReadonlyMap<string, string> {
  return new Map(
    nodes.flatMap(([key, node]) =>
      listIn(node, 'children').flatMap((child) =>
        typeof child === 'string' ? [[child, key] as const] : [],
      ),
    ),
  )
}

interface Place {
  readonly key: string
  readonly conversation: string
  readonly children: ReadonlyMap<string, string>
}

function readNode(node: Fields, { key, conversation, children }: Place): Node {
  const message = fieldOf(node, 'message')
  const at = timeIn(message, 'create_time')
  const parent = idIn(node, 'parent', 'parent_id') ?? children.get(key)
  const base = { id: key, parent, at }
  if (!isFields(message)) return { ...base, message: undefined, left: undefined }
  const { content, left } = readMessage(message)
  if (left !== undefined || content === '') return { ...base, message: undefined, left }
  const author = fieldOf(message, 'author')
  return {
    ...base,
    left: undefined,
    message: {
      id: `${conversation}/${idIn(message, 'id') ?? key}`,
      role: roleOf(message) ?? 'user',
      name: textIn(author, 'name'),
      content,
      createdAt: at,
    },
  }
}

const roleOf = (message: Fields): string | undefined =>
  textIn(fieldOf(message, 'author'), 'role') ?? textIn(message, 'author', 'role')

/** Kinds of content that are no words of a conversation: custom instructions, reasoning, and code that was run. */
const KINDS_LEFT: Readonly<Record<string, Reason>> = {
  user_editable_context: 'hidden',
  model_editable_context: 'hidden',
  thoughts: 'reasoning',
  reasoning_recap: 'reasoning',
  code: 'tool',
  execution_output: 'tool',
  computer_output: 'tool',
  tether_quote: 'tool',
  tether_browsing_code: 'tool',
  tether_browsing_display: 'tool',
  super_widget: 'tool',
  app_pairing_content: 'tool',
  system_error: 'system',
}

/** What a message says, or why it is left out. Of what says nothing and was said by nobody nothing is missing. */
function readMessage(message: Fields): { readonly content: string; readonly left?: Reason } {
  const kind = textIn(fieldOf(message, 'content'), 'content_type') ?? 'text'
  const role = roleOf(message)
  const content = textOf(message, role)
  const isUser = role === 'user'
  const metadata = fieldsIn(message, 'metadata')
  const system = role === 'system' || role === 'developer'
  if (system) return { content, ...(content === '' ? {} : { left: 'system' }) }
  const hidden =
    fieldOf(metadata, 'is_visually_hidden_from_conversation') === true ||
    fieldOf(metadata, 'is_user_system_message') === true ||
    fieldOf(message, 'weight') === 0
  const left = KINDS_LEFT[kind]
  if (hidden || left === 'hidden') return { content, left: 'hidden' }
  if (left !== undefined && !(isUser && kind === 'code')) return { content, left }
  if (role === undefined) return { content, left: content === '' ? 'no_text' : 'no_role' }
  const isTool =
    role === 'tool' || (isMachine(role) && (textIn(message, 'recipient') ?? 'all') !== 'all')
  if (isTool) return { content, left: 'tool' }
  return content === '' ? { content, left: 'no_text' } : { content }
}

/** Parts are text, or objects of which some carry text (a transcript of what was spoken); images have none. */
function textOf(message: Fields, role: string | undefined): string {
  const content = fieldOf(message, 'content')
  const parts = fieldOf(content, 'parts')
  const given = Array.isArray(parts) ? parts : [parts ?? fieldOf(content, 'text') ?? content]
  const text = given
    .flatMap((part) => (isSilentPart(part) ? [] : [textOfContent(part)]))
    .filter((each) => each.trim() !== '')
    .join('\n\n')
  if (role === 'user') return withoutMarks(text)
  return withoutCitations(text, referencesOf(fieldOf(message, 'metadata')))
}
