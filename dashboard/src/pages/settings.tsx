import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { AiSettings, AiSettingsChange, AiSettingsTest } from '../../../src/client/index.ts'
import { PageHead, Problem, Skeleton } from '../parts/basics.tsx'
import { textOf } from '../parts/dialog.tsx'
import { words } from '../parts/words.ts'
import { useMemoir } from '../session.tsx'

export function Settings() {
  const memoir = useMemoir()
  const settings = useQuery({
    queryKey: ['settings'],
    queryFn: async ({ signal }) => await memoir.settings.get({ signal }),
    refetchOnWindowFocus: false,
  })
  return (
    <>
      <PageHead
        title="Settings"
        about="Which models the installation uses. An empty field takes what the environment says."
      />
      {settings.isPending ? <Skeleton rows={8} /> : null}
      {settings.error === null ? null : (
        <Problem error={settings.error} again={() => void settings.refetch()} />
      )}
      {settings.data === undefined ? null : <Form settings={settings.data} />}
    </>
  )
}

function Form({ settings }: { readonly settings: AiSettings }) {
  const memoir = useMemoir()
  const queries = useQueryClient()
  const [form, setForm] = useState<HTMLFormElement | null>(null)
  const save = useMutation({
    mutationFn: async (change: AiSettingsChange) => await memoir.settings.change(change),
    onSuccess: (now) => queries.setQueryData(['settings'], now),
  })
  const probe = useMutation({
    mutationFn: async (change: AiSettingsChange) => await memoir.settings.test(change),
  })
  const given = () => changeOf(new FormData(form ?? undefined), settings)
  return (
    <form
      ref={setForm}
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate(given())
      }}
    >
      <div className="grid">
        <Provider name="llm" title="Language model" shown={settings.llm} />
        <Provider name="embedding" title="Embeddings" shown={settings.embedding} />
      </div>
      <label className="check">
        <input type="checkbox" name="reembed" />
        Take another embedding model although there are vectors of this one
      </label>
      <div className="actions">
        <button type="submit" className="button primary" disabled={save.isPending}>
          {save.isPending ? 'Saving…' : 'Save'}
        </button>
        <button
          type="button"
          className="button"
          disabled={probe.isPending}
          onClick={() => probe.mutate(given())}
        >
          {probe.isPending ? 'Asking…' : 'Test'}
        </button>
        <output className="muted small">{save.isSuccess ? 'Saved.' : ''}</output>
      </div>
      {save.error === null ? null : <Problem error={save.error} />}
      {probe.error === null ? null : <Problem error={probe.error} />}
      {probe.data === undefined ? null : <Tested result={probe.data} />}
    </form>
  )
}

interface ProviderProps {
  readonly name: 'llm' | 'embedding'
  readonly title: string
  readonly shown: AiSettings['llm'] | AiSettings['embedding']
}

function Provider({ name, title, shown }: ProviderProps) {
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

/** Only what was changed: what is left alone stays with the environment. */
function changeOf(form: FormData, { llm, embedding }: AiSettings): AiSettingsChange {
  const field = (name: string, before: string | null) => {
    const now = textOf(form, name)
    return now === (before ?? '') ? undefined : now === '' ? null : now
  }
  const part = (name: 'llm' | 'embedding', shown: AiSettings['llm'] | AiSettings['embedding']) => {
    const base = field(`${name}.base_url`, shown.base_url)
    const model = field(`${name}.model`, shown.model)
    const key = textOf(form, `${name}.api_key`)
    return {
      ...(base === undefined ? {} : { base_url: base }),
      ...(model === undefined ? {} : { model }),
      ...(key === '' ? {} : { api_key: key }),
    }
  }
  const dim = Number(textOf(form, 'embedding.dim'))
  return {
    llm: part('llm', llm),
    embedding: {
      ...part('embedding', embedding),
      ...(dim > 0 && dim !== embedding.dim ? { dim } : {}),
    },
    ...(form.get('reembed') === null ? {} : { reembed: true }),
  }
}

function Tested({ result }: { readonly result: AiSettingsTest }) {
  const parts = [
    ['Language model', result.llm],
    ['Embeddings', result.embedding],
  ] as const
  return (
    <ul className="parts card" aria-label="What the models answered">
      {parts.map(([title, { ok, code, latency_ms: ms }]) => (
        <li key={title}>
          <span className={ok ? 'dot ok' : 'dot bad'} aria-hidden="true" />
          <span className="part">{title}</span>
          <span className="muted detail">
            {ok ? 'answers' : words(code)}, {Math.round(ms)} ms
          </span>
        </li>
      ))}
    </ul>
  )
}
