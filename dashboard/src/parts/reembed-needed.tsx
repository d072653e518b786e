import type { MemoirApiError } from '../../../src/client/index.ts'
import { count, dollars, plural } from './words.ts'

interface ReembedNeededProps {
  readonly error: MemoirApiError
  readonly busy: boolean
  onReembed(): void
}

/** Another embedding model while there are vectors of this one: what that would take, before it is done. */
export function ReembedNeeded({ error, busy, onReembed }: ReembedNeededProps) {
  const stored = partOf(error.details, 'stored')
  const wanted = partOf(error.details, 'wanted')
  const estimate = partOf(error.details, 'estimate')
  const cost = estimate['cost']
  return (
    <section className="note reembed" aria-label="The memories would have to be embedded anew">
      <p>
        <strong>{plural(numberOf(estimate['memories']), 'memory', 'memories')}</strong> were
        embedded with {nameOf(stored)}. Vectors of {nameOf(wanted)} cannot be compared with those.
      </p>
      <p>
        Embedding them anew takes about {count(numberOf(estimate['tokens']))} tokens,{' '}
        {typeof cost === 'number' ? dollars(cost) : 'at an unknown price'}. Until then recall goes
        by words alone.
      </p>
      <button type="button" className="button" disabled={busy} onClick={onReembed}>
        Change it and embed anew
      </button>
    </section>
  )
}

type Part = Readonly<Record<string, unknown>>

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null

function partOf(details: Part | undefined, name: string): Part {
  const part = details?.[name]
  return isPart(part) ? part : {}
}

const numberOf = (value: unknown) => (typeof value === 'number' ? value : 0)

const nameOf = ({ model, dim }: Part) =>
  `${typeof model === 'string' ? model : 'another model'} (${numberOf(dim)} dimensions)`
