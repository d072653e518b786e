import { useState } from 'react'
import type { NewKey } from '../../../src/client/index.ts'

/** A key that was just made: the only time it is seen. */
export function NewSecret({ made }: { readonly made: NewKey }) {
  const [copied, setCopied] = useState(false)
  return (
    <section className="card made" aria-label="The new key">
      <p>
        <strong>{made.name}</strong> · copy it now, it is not shown again.
      </p>
      <p className="secret">
        <code>{made.key}</code>
        <button
          type="button"
          className="button"
          onClick={() => {
            void navigator.clipboard.writeText(made.key).then(() => setCopied(true))
          }}
        >
          {copied ? 'Copied' : 'Copy'}
        </button>
      </p>
      <output className="unseen">{copied ? 'Copied' : ''}</output>
    </section>
  )
}
