import { useState } from 'react'
import { useMutation } from '@tanstack/react-query'
import type { Memory } from '../../../src/client/index.ts'
import { useSession } from '../session.tsx'
import { Dialog, textOf } from './dialog.tsx'
import { ForgetDialog } from './forget-dialog.tsx'
import { useMemoriesChanged } from './memories-changed.ts'

/** What may be done with one memory: change its text, or take it out of sight. */
export function HitActions({ memory }: { readonly memory: Memory }) {
  const { key } = useSession()
  const [asking, setAsking] = useState<'edit' | 'forget'>()
  if (key.role === 'reader' || memory.kind === 'episode') return null
  const close = () => setAsking(undefined)
  return (
    <div className="hit-actions small">
      <button type="button" className="link" onClick={() => setAsking('edit')}>
        Edit
      </button>
      <button type="button" className="link danger" onClick={() => setAsking('forget')}>
        Forget
      </button>
      {asking === 'edit' ? <Edit memory={memory} onClose={close} /> : null}
      {asking === 'forget' ? <ForgetDialog memory={memory} onClose={close} /> : null}
    </div>
  )
}

interface ActionProps {
  readonly memory: Memory
  onClose(): void
}

function Edit({ memory, onClose }: ActionProps) {
  const { memoir } = useSession()
  const refresh = useMemoriesChanged(onClose)
  const edit = useMutation({
    mutationFn: async (form: FormData) =>
      // Somebody may have changed it while it was being read here.
      await memoir.memories.update(
        memory.id,
        { content: textOf(form, 'content') },
        { revision: memory.revision },
      ),
    onSuccess: refresh,
  })
  return (
    <Dialog
      title="Change the memory"
      action={edit.isPending ? 'Changing…' : 'Change'}
      busy={edit.isPending}
      error={edit.error}
      onClose={onClose}
      onSubmit={(form) => edit.mutate(form)}
    >
      <label className="field">
        Text <span className="muted">what it was stays in its history</span>
        <textarea name="content" rows={6} required defaultValue={memory.content} />
      </label>
    </Dialog>
  )
}
