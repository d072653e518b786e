import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Memory } from '../../../src/client/index.ts'
import { useSession } from '../session.tsx'
import { Dialog, textOf } from './dialog.tsx'

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
      {asking === 'forget' ? <Forget memory={memory} onClose={close} /> : null}
    </div>
  )
}

interface ActionProps {
  readonly memory: Memory
  onClose(): void
}

function useRefresh(onClose: () => void) {
  const queries = useQueryClient()
  return async () => {
    onClose()
    await Promise.all(
      ['recall', 'memories', 'users'].map(
        async (name) => await queries.invalidateQueries({ queryKey: [name] }),
      ),
    )
  }
}

function Edit({ memory, onClose }: ActionProps) {
  const { memoir } = useSession()
  const refresh = useRefresh(onClose)
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

function Forget({ memory, onClose }: ActionProps) {
  const { memoir } = useSession()
  const refresh = useRefresh(onClose)
  const forget = useMutation({
    mutationFn: async () => await memoir.memories.remove(memory.id, { revision: memory.revision }),
    onSuccess: refresh,
  })
  return (
    <Dialog
      title="Forget this?"
      action={forget.isPending ? 'Forgetting…' : 'Forget'}
      danger
      busy={forget.isPending}
      error={forget.error}
      onClose={onClose}
      onSubmit={() => forget.mutate()}
    >
      <blockquote className="quote">{memory.content}</blockquote>
      <p className="muted small">No recall finds it any more. It can be restored for 30 days.</p>
    </Dialog>
  )
}
