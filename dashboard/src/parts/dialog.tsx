import { useEffect, useId, useRef, type SubmitEvent, type PropsWithChildren } from 'react'
import { sentenceOf } from './basics.tsx'

interface DialogProps extends PropsWithChildren {
  readonly title: string
  /** What the button says that does it. */
  readonly action: string
  readonly danger?: boolean
  readonly busy: boolean
  readonly error: unknown
  onClose(): void
  onSubmit(form: FormData): void
}

/** A question in front of the page, by the browser's own dialog: it keeps the focus inside and closes with Escape. */
export function Dialog({
  title,
  action,
  danger,
  busy,
  error,
  onClose,
  onSubmit,
  children,
}: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()

  useEffect(() => {
    dialog.current?.showModal()
  }, [])

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    onSubmit(new FormData(event.currentTarget))
  }

  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <h2 id={id}>{title}</h2>
        {children}
        <p className="said refused" role="alert">
          {error === null ? '' : sentenceOf(error)}
        </p>
        <div className="actions end">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            Not now
          </button>
          <button
            type="submit"
            className={danger === true ? 'button danger' : 'button primary'}
            disabled={busy}
          >
            {action}
          </button>
        </div>
      </form>
    </dialog>
  )
}

/** What a field of a form holds, as text. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}
