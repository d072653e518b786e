import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { SyncRequest } from '../../../src/client/index.ts'
import { pathTo } from '../route.ts'
import { useMemoir } from '../session.tsx'
import { Dialog, textOf } from './dialog.tsx'
import { Segments } from './segments.tsx'

export type SyncOperation = NonNullable<SyncRequest['operation']>

const OPERATIONS = ['check', 'repair', 'full', 'rebuild'] as const

const MEANING: Record<SyncOperation, string> = {
  check: 'Compares the graph with the record and changes nothing.',
  repair: 'Writes what is missing or stale, and takes out what should not be there.',
  full: 'Repairs, and writes every memory again as well.',
  rebuild: 'Writes everything again, into an emptied graph when you say so.',
}

interface StartSyncProps {
  readonly operation: SyncOperation
  onClose(): void
}

export function StartSync({ operation: first, onClose }: StartSyncProps) {
  const memoir = useMemoir()
  const queries = useQueryClient()
  const [operation, setOperation] = useState(first)
  const start = useMutation({
    mutationFn: async (form: FormData) => {
      const user = textOf(form, 'user')
      return await memoir.sync.start({
        operation,
        ...(user === '' ? {} : { user_id: user }),
        dry_run: operation !== 'check' && form.get('dry_run') !== null,
        clear_existing: operation === 'rebuild' && form.get('clear_existing') !== null,
      })
    },
    onSuccess: async ({ job }) => {
      onClose()
      location.hash = pathTo('jobs', { id: job })
      await queries.invalidateQueries({ queryKey: ['sync'] })
    },
  })
  return (
    <Dialog
      title="Compare the stores"
      action={start.isPending ? 'Starting…' : 'Start'}
      busy={start.isPending}
      error={start.error}
      onClose={onClose}
      onSubmit={(form) => start.mutate(form)}
    >
      <Segments
        legend="What to do"
        choices={OPERATIONS}
        chosen={operation}
        onChange={setOperation}
      />
      <p className="choice-meaning">{MEANING[operation]}</p>
      <Fields operation={operation} />
    </Dialog>
  )
}

function Fields({ operation }: { readonly operation: SyncOperation }) {
  return (
    <>
      <label className="field">
        Only this user <span className="muted">everybody unless given</span>
        <input name="user" maxLength={256} autoComplete="off" />
      </label>
      {operation === 'check' ? null : (
        <label className="check">
          <input type="checkbox" name="dry_run" defaultChecked />
          Dry run: find, and change nothing
        </label>
      )}
      {operation === 'rebuild' ? (
        <label className="check">
          <input type="checkbox" name="clear_existing" />
          Empty the graph first
        </label>
      ) : null}
    </>
  )
}
