import type { ReactNode } from 'react'

/** Text as a model writes it: paragraphs, headings and lists of Markdown, and nothing else of it. Never markup. */
export function Prose({ text, busy = false }: { readonly text: string; readonly busy?: boolean }) {
  return (
    <div className="prose" aria-busy={busy}>
      {blocksOf(text).map((block, place) => (
        // A text is replaced whole: nothing in it moves.
        <Shown key={place} block={block} />
      ))}
    </div>
  )
}

type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }

const HEADING = /^#{1,6}\s+(.*)$/
const ITEM = /^\s*[-*•]\s+(.*)$/

function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = []
  let items: string[] = []
  let lines: string[] = []
  const close = () => {
    if (items.length > 0) blocks.push({ kind: 'list', items })
    if (lines.length > 0) blocks.push({ kind: 'paragraph', text: lines.join('\n') })
    items = []
    lines = []
  }
  for (const line of text.split('\n')) {
    const [, heading] = HEADING.exec(line) ?? []
    const [, item] = ITEM.exec(line) ?? []
    if (item !== undefined) {
      if (lines.length > 0) close()
      items.push(item)
    } else if (heading !== undefined || line.trim() === '') {
      close()
      if (heading !== undefined) blocks.push({ kind: 'heading', text: heading })
    } else {
      if (items.length > 0) close()
      lines.push(line)
    }
  }
  close()
  return blocks
}

function Shown({ block }: { readonly block: Block }): ReactNode {
  if (block.kind === 'heading') return <h3>{block.text}</h3>
  if (block.kind === 'paragraph') return <p>{block.text}</p>
  return (
    <ul>
      {block.items.map((item, place) => (
        <li key={place}>{item}</li>
      ))}
    </ul>
  )
}
