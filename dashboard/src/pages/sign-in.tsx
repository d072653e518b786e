import { useId, useState, type SubmitEvent } from 'react'
import { MemoirApiError } from '../../../src/client/index.ts'
import { Mark } from '../parts/mark.tsx'
import { useDoor } from '../session.tsx'

export function SignIn() {
  const { signIn, notice } = useDoor()
  const [refused, setRefused] = useState<string>()
  const [busy, setBusy] = useState(false)

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    setBusy(true)
    try {
      await signIn(textOf(given, 'key'), textOf(given, 'namespace'))
    } catch (error) {
      setRefused(reasonOf(error))
      setBusy(false)
    }
  }

  return (
    <main className="lone">
      <h1 className="brand">
        <Mark />
        Memoir
      </h1>
      <p className="muted">Durable memory for AI applications.</p>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <Fields said={refused ?? notice} wrong={refused !== undefined} />
        <button type="submit" className="button primary" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
      <p className="muted small">
        <code>memoir up</code> printed the administrator’s key when it first ran; more are made with{' '}
        <code>memoir keys create</code>.
      </p>
    </main>
  )
}

function Fields({ said, wrong }: { readonly said: string | undefined; readonly wrong: boolean }) {
  const id = useId()
  return (
    <>
      <label className="field">
        Key
        <input
          name="key"
          type="password"
          autoComplete="current-password"
          required
          aria-describedby={id}
          aria-invalid={wrong}
        />
      </label>
      <label className="field">
        Namespace
        <input name="namespace" autoComplete="off" placeholder="that of the key" />
      </label>
      <output id={id} className={wrong ? 'said refused' : 'said'}>
        {said ?? 'It stays in this tab, and is gone when you close it.'}
      </output>
    </>
  )
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}

function reasonOf(error: unknown): string {
  if (error instanceof MemoirApiError && error.status === 401) return 'That key is not known here.'
  return error instanceof Error ? error.message : 'That did not work.'
}
