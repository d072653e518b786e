import { useState } from 'react'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { Memory } from '../../../src/client/index.ts'
import { useSession } from '../session.tsx'
import { Dialog } from './dialog.tsx'
import { useMemoriesChanged } from './memories-changed.ts'
import { Segments } from './segments.tsx'
import { WhatGoes } from './what-goes.tsx'

const WAYS = ['out of sight', 'for good'] as const
type Way = (typeof WAYS)[number]

interface ForgetDialogProps {
  readonly memory: Memory
  onClose(): void
}

/** One memory: out of sight for now, or for good with what came of it alone, shown before it is done. */
export function ForgetDialog({ memory, onClose }: ForgetDialogProps) {
  const { memoir } = useSession()
  const [way, setWay] = useState<Way>('out of sight')
  const changed = useMemoriesChanged(onClose)
  const forget = useMutation({
    mutationFn: async () =>
      way === 'for good'
        ? await memoir.forget({ id: memory.id })
        : await memoir.memories.remove(memory.id, { revision: memory.revision }),
    onSuccess: changed,
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
      <Segments legend="How" choices={WAYS} chosen={way} onChange={setWay} />
      <div className="forget-meaning small">
        {way === 'for good' ? (
          <Preview id={memory.id} />
        ) : (
          <p className="muted">No recall finds it any more. It can be restored for 30 days.</p>
        )}
      </div>
    </Dialog>
  )
}

function Preview({ id }: { readonly id: string }) {
  const { memoir } = useSession()
  const preview = useQuery({
    queryKey: ['forget-preview', id],
    queryFn: async ({ signal }) => await memoir.forget({ id, dry_run: true }, { signal }),
    staleTime: 0,
  })
  return <WhatGoes tombstone={preview.data} error={preview.error} />
}
