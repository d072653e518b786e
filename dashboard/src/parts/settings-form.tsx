import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import {
  MemoirApiError,
  type AiSettings,
  type AiSettingsChange,
} from '../../../src/client/index.ts'
import { useMemoir } from '../session.tsx'
import { Problem } from './basics.tsx'
import { ProviderFields } from './provider-fields.tsx'
import { ReembedNeeded } from './reembed-needed.tsx'
import { changeOf } from './settings-change.ts'
import { TestedModels } from './tested-models.tsx'

export function SettingsForm({ settings }: { readonly settings: AiSettings }) {
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
        <ProviderFields name="llm" title="Language model" shown={settings.llm} />
        <ProviderFields name="embedding" title="Embeddings" shown={settings.embedding} />
      </div>
      <div className="actions">
        <button type="submit" className="button primary" disabled={save.isPending}>
          {save.isPending ? 'Saving…' : 'Save'}
        </button>
        <TestButton busy={probe.isPending} onTest={() => probe.mutate(given())} />
        <Saved now={save.isSuccess} />
      </div>
      {save.error === null ? null : (
        <Refused
          error={save.error}
          busy={save.isPending}
          onReembed={() => save.mutate({ ...given(), reembed: true })}
        />
      )}
      {probe.error === null ? null : <Problem error={probe.error} />}
      {probe.data === undefined ? null : <TestedModels result={probe.data} />}
    </form>
  )
}

function TestButton({ busy, onTest }: { readonly busy: boolean; onTest(): void }) {
  return (
    <button type="button" className="button" disabled={busy} onClick={onTest}>
      {busy ? 'Asking…' : 'Test'}
    </button>
  )
}

function Saved({ now }: { readonly now: boolean }) {
  return (
    <output className="muted small">
      {now ? 'Saved; every process takes it over within seconds.' : ''}
    </output>
  )
}

interface RefusedProps {
  readonly error: unknown
  readonly busy: boolean
  onReembed(): void
}

function Refused({ error, ...rest }: RefusedProps) {
  return error instanceof MemoirApiError && error.code === 'reembed_required' ? (
    <ReembedNeeded error={error} {...rest} />
  ) : (
    <Problem error={error} />
  )
}
