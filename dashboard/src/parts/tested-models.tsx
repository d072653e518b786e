import type { AiSettingsTest } from '../../../src/client/index.ts'
import { words } from './words.ts'

export function TestedModels({ result }: { readonly result: AiSettingsTest }) {
  const parts = [
    ['Language model', result.llm],
    ['Embeddings', result.embedding],
  ] as const
  return (
    <ul className="parts card" aria-label="What the models answered">
      {parts.map(([title, { ok, code, latency_ms: ms, detail, worked_around: around }]) => (
        <li key={title}>
          <span className={ok ? 'dot ok' : 'dot bad'} aria-hidden="true" />
          <span className="part">{title}</span>
          <span className="muted detail">
            {ok ? 'answers' : words(code)}, {Math.round(ms)} ms
            {detail === undefined ? null : `. It said: ${detail}`}
            {around.length === 0 ? null : `. ${around.join(' ')}`}
          </span>
        </li>
      ))}
    </ul>
  )
}
