import type { AiSettings } from '../../../src/client/index.ts'

interface ProviderProps {
  readonly name: 'llm' | 'embedding'
  readonly title: string
  readonly shown: AiSettings['llm'] | AiSettings['embedding']
}

/** One model, where it is and how to get in. */
export function ProviderFields({ name, title, shown }: ProviderProps) {
  return (
    <fieldset className="card stack">
      <legend className="unseen">{title}</legend>
      <h2 aria-hidden="true">{title}</h2>
      <label className="field">
        Base URL
        <input
          name={`${name}.base_url`}
          type="url"
          defaultValue={shown.base_url ?? ''}
          placeholder="OpenAI’s own"
        />
      </label>
      <label className="field">
        Model
        <input
          name={`${name}.model`}
          defaultValue={shown.model ?? ''}
          placeholder="built-in"
          autoComplete="off"
        />
      </label>
      <label className="field">
        Key
        <input
          name={`${name}.api_key`}
          type="password"
          autoComplete="off"
          placeholder={shown.api_key === null ? 'none' : 'set; leave empty to keep it'}
        />
      </label>
      {'dim' in shown ? (
        <label className="field">
          Dimensions
          <input name="embedding.dim" type="number" min="1" max="4000" defaultValue={shown.dim} />
        </label>
      ) : null}
    </fieldset>
  )
}
