import { useState } from 'react'
import { useMutation } from '@tanstack/react-query'
import type { ForgetRequest } from '../../../src/client/index.ts'
import { useMemoir } from '../session.tsx'
import { Dialog, textOf } from './dialog.tsx'
import { useMemoriesChanged } from './memories-changed.ts'
import { plural } from './words.ts'
import { WhatGoes } from './what-goes.tsx'

interface ForgetManyProps {
  readonly user: string
  onClose(): void
}

/** What matches of a user, for good: counted first, and done only as it was counted. */
export function ForgetMany({ user, onClose }: ForgetManyProps) {
  const memoir = useMemoir()
  const [wanted, setWanted] = useState<ForgetRequest>()
  const changed = useMemoriesChanged(onClose)
  const preview = useMutation({
    mutationFn: async (request: ForgetRequest) =>
      await memoir.forget({ ...request, dry_run: true }),
    onSuccess: (_, request) => setWanted(request),
  })
  const forget = useMutation({
    mutationFn: async (request: ForgetRequest) => await memoir.forget(request),
    onSuccess: changed,
  })
  const traces = wanted === undefined ? 0 : (preview.data?.tombstone.counts.traces ?? 0)
  const busy = preview.isPending || forget.isPending
  return (
    <Dialog
      title={`Forget of ${user}`}
      action={traces > 0 ? `Forget ${plural(traces, 'memory', 'memories')}` : 'Count what would go'}
      danger={traces > 0}
      busy={busy}
      error={forget.error}
      onClose={onClose}
      onSubmit={(form) => {
        if (wanted !== undefined && traces > 0) forget.mutate(wanted)
        else preview.mutate(requestOf(user, form))
      }}
    >
      <Fields onChange={() => setWanted(undefined)} />
      <div className="forget-meaning small">
        {wanted === undefined && preview.error === null ? (
          <p className="muted">Everything of {user} unless something is given.</p>
        ) : (
          <WhatGoes tombstone={preview.data} error={preview.error} />
        )}
      </div>
    </Dialog>
  )
}

function requestOf(user: string, form: FormData): ForgetRequest {
  const given = (name: string) => textOf(form, name) || undefined
  const [from, to, scope, session] = [given('from'), given('to'), given('scope'), given('session')]
  return {
    user_id: user,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(scope === undefined ? {} : { scope }),
    ...(session === undefined ? {} : { session_id: session }),
  }
}

/** Another filter is another count. */
function Fields({ onChange }: { onChange(): void }) {
  return (
    <div className="stack" onChange={onChange}>
      <div className="columns">
        <label className="field">
          From
          <input name="from" type="date" />
        </label>
        <label className="field">
          Before
          <input name="to" type="date" />
        </label>
      </div>
      <label className="field">
        Scope <span className="muted">all unless given</span>
        <input name="scope" autoComplete="off" />
      </label>
      <label className="field">
        Session or conversation <span className="muted">all unless given</span>
        <input name="session" autoComplete="off" />
      </label>
    </div>
  )
}
