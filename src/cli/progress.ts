import { SingleBar } from 'cli-progress'
import type { Io } from './io.ts'
import { line } from './io.ts'

/** Off a terminal a line each time this much of the whole is done, and at least this often. */
const LINE_SHARE = 0.1
const LINE_EVERY_MS = 10_000

export interface Counts {
  readonly processed: number
  readonly total: number
  /** What stands behind the numbers, ready to print. */
  readonly note: string
}

export interface Progress {
  update(counts: Counts): void
  stop(): void
}

/** A bar on standard error when a person is looking, plain lines otherwise. */
export function createProgress(
  io: Io,
  label: string,
  { now = () => performance.now(), show = String }: ProgressOptions = {},
): Progress {
  return io.isTTY ? bar(io, label, show) : lines(io, { label, now, show })
}

export interface ProgressOptions {
  readonly now?: () => number
  /** How amounts are written: as they are, unless they are bytes. */
  readonly show?: (amount: number) => string
}

function bar(io: Io, label: string, show: (amount: number) => string): Progress {
  const single = new SingleBar({
    format: `${label} [{bar}] {value}/{total}  {note}`,
    stream: io.stderr,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    // Before the first page nobody knows how many there are: that is not all of them.
    emptyOnZero: true,
    formatValue: (value, _, type) =>
      type === 'value' || type === 'total' ? show(value) : String(value),
    hideCursor: true,
    // Signals are the command's business: it says how to watch the job before it ends.
    gracefulExit: false,
  })
  let started = false
  return {
    update({ processed, total, note }) {
      if (!started) {
        single.start(total, processed, { note })
        started = true
      }
      single.setTotal(total)
      single.update(processed, { note })
    },
    stop() {
      if (started) single.stop()
    },
  }
}

function lines(
  io: Io,
  { label, now, show: written }: Required<ProgressOptions> & { label: string },
): Progress {
  let shown: { processed: number; total: number; at: number } | undefined
  const show = ({ processed, total, note }: Counts) => {
    shown = { processed, total, at: now() }
    line(
      io.stderr,
      `${label}: ${written(processed)}/${written(total)}${note === '' ? '' : `  ${note}`}`,
    )
  }
  return {
    update(counts) {
      const { processed, total } = counts
      // Before the first page nobody knows how many there are.
      if (total === 0) return
      const unchanged = shown?.processed === processed && shown.total === total
      const step =
        shown === undefined ||
        processed - shown.processed >= total * LINE_SHARE ||
        processed >= total
      if (!unchanged && (step || now() - (shown?.at ?? 0) >= LINE_EVERY_MS)) show(counts)
    },
    stop() {},
  }
}
