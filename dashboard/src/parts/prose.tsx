import type { ReactNode } from 'react'

/** Text as a model writes it: paragraphs, headings and lists of Markdown, and nothing else of it. Never markup. */
export function Prose({ text, busy = false }: { readonly text: string; readonly busy?: boolean }) {
  return (
    <div className="prose" aria-busy={busy}>
      {blocksOf(text).map((block) => (
        <Shown key={block.line} block={block} />
      ))}
    </div>
  )
}

/** `line` is where in the text it begins. */
interface Line {
  readonly line: number
  readonly text: string
}

type Block =
  | (Line & { readonly kind: 'heading' | 'paragraph' })
  | { readonly kind: 'list'; readonly line: number; readonly items: readonly Line[] }

const HEADING = /^#{1,6}\s+(.*)$/
const ITEM = /^\s*[-*•]\s+(.*)$/

function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = []
  let items: Line[] = []
  let lines: Line[] = []
  const close = () => {
    const [item] = items
    const [first] = lines
    if (item !== undefined) blocks.push({ kind: 'list', line: item.line, items })
    if (first !== undefined) {
      const whole = lines.map((each) => each.text).join('\n')
      blocks.push({ kind: 'paragraph', line: first.line, text: whole })
    }
    items = []
    lines = []
  }
  for (const [line, said] of text.split('\n').entries()) {
    const [, heading] = HEADING.exec(said) ?? []
    const [, item] = ITEM.exec(said) ?? []
    if (
      item === undefined
        ? items.length > 0 || heading !== undefined || said.trim() === ''
        : lines.length > 0
    ) {
      close()
    }
    if (heading !== undefined) blocks.push({ kind: 'heading', line, text: heading })
    else if (item !== undefined) items.push({ line, text: item })
    else if (said.trim() !== '') lines.push({ line, text: said })
  }
  close()
  return blocks
}

function Shown({ block }: { readonly block: Block }): ReactNode {
  if (block.kind === 'list') {
    return (
      <ul>
        {block.items.map((item) => (
          <li key={item.line}>{item.text}</li>
        ))}
      </ul>
    )
  }
  return block.kind === 'heading' ? <h3>{block.text}</h3> : <p>{block.text}</p>
}
