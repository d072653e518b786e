import type { Hit, Memory } from '../../../src/client/index.ts'
import { HitActions } from './hit-actions.tsx'
import { MemoryTrail } from './memory-trail.tsx'
import { timeOf } from './words.ts'

/** The parts of a score, in the order in which they matter. */
const PARTS = ['relevance', 'vector', 'text', 'graph', 'recency', 'salience', 'focus'] as const

const MEANING: Record<(typeof PARTS)[number], string> = {
  relevance: 'How well it answers, comparable between questions',
  vector: 'Likeness of meaning',
  text: 'Words in common',
  graph: 'Lent by what it is linked to',
  recency: 'How recent it is',
  salience: 'How much it deserves remembering',
  focus: 'What the user is busy with now',
}

export function HitCard({ hit }: { readonly hit: Hit }) {
  return (
    <li className="card hit">
      <div className="hit-main">
        <MemoryHead memory={hit} />
        <p className="hit-text">{hit.content}</p>
        <div className="hit-foot">
          <details className="small">
            <summary>Details</summary>
            <Details hit={hit} />
          </details>
          <MemoryTrail id={hit.id} />
          <HitActions memory={hit} />
        </div>
      </div>
      <dl className="scores" aria-label="Why it was found">
        {PARTS.filter((part) => part === 'relevance' || hit.scores[part] !== 0).map((part) => (
          <div key={part} title={MEANING[part]}>
            <dt>{part}</dt>
            <dd>
              <meter
                min={0}
                max={1}
                value={Math.min(1, Math.max(0, hit.scores[part]))}
                aria-label={part}
              />
              <span>{hit.scores[part].toFixed(2)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </li>
  )
}

/** What a memory is, who said it, and when. */
export function MemoryHead({ memory }: { readonly memory: Memory }) {
  return (
    <p className="hit-meta">
      <span className="badge">{memory.kind}</span>
      {memory.role === null ? null : <span>{memory.role}</span>}
      <time dateTime={memory.occurred_at}>{timeOf(memory.occurred_at)}</time>
      {memory.scope === 'personal' ? null : <span className="muted">{memory.scope}</span>}
    </p>
  )
}

function Details({ hit }: { readonly hit: Hit }) {
  const facts: readonly (readonly [string, string | null])[] = [
    ['id', hit.id],
    ['score', hit.score.toFixed(4)],
    ['conversation', hit.conversation_id],
    ['session', hit.session_id],
    ['source', hit.source],
    ['known since', timeOf(hit.known_at)],
    ['revision', String(hit.revision)],
    ['tags', hit.tags.join(', ') || null],
    ['links', hit.via.map(({ type, weight }) => `${type} ${weight.toFixed(2)}`).join(', ') || null],
  ]
  return (
    <dl className="pairs">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  )
}
