interface Options {
  readonly closing: AbortSignal
  readonly onBreak: (error: unknown) => void
}

/** What goes out at once: a write a line would cost more than the lines. */
const CHUNK_CHARS = 65_536

/**
 * Lines of JSON as a body. They are made as the reader takes them: who reads slowly makes nothing pile up. A failure breaks the
 * body off, since its status has long been sent.
 */
export function jsonLines(
  lines: AsyncGenerator,
  { closing, onBreak }: Options,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          closing.throwIfAborted()
          const { text, done } = await take(lines)
          if (text !== '') controller.enqueue(encoder.encode(text))
          if (done) controller.close()
        } catch (error) {
          onBreak(error)
          controller.error(error)
        }
      },
      async cancel() {
        await lines.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

async function take(lines: AsyncGenerator): Promise<{ text: string; done: boolean }> {
  let text = ''
  while (text.length < CHUNK_CHARS) {
    const { value, done } = await lines.next()
    if (done === true) return { text, done }
    text += `${JSON.stringify(value)}\n`
  }
  return { text, done: false }
}
