import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Job } from '../../../src/client/index.ts'
import { useSession } from '../session.tsx'
import { sentenceOf } from './basics.tsx'
import { Dialog, textOf } from './dialog.tsx'

type Action = 'pause' | 'resume' | 'cancel' | 'retry'

const WORDS: Record<Action, string> = {
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
  retry: 'Retry',
}

/** What a job in this state can be asked. */
const ALLOWED: Record<Job['state'], readonly Action[]> = {
  queued: ['cancel'],
  running: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
  succeeded: [],
  failed: ['retry'],
  cancelled: ['retry'],
}

export function JobControls({ job }: { readonly job: Job }) {
  const { memoir, key } = useSession()
  const queries = useQueryClient()
  const [asking, setAsking] = useState<Action>()
  const steer = useMutation({
    mutationFn: async ({ action, budget }: { action: Action; budget?: number }) =>
      await (action === 'resume'
        ? memoir.jobs.resume(job.id, budget === undefined ? {} : { budget })
        : memoir.jobs[action](job.id)),
    onSuccess: (now) => {
      queries.setQueryData(['job', job.id], now)
      setAsking(undefined)
    },
  })
  const mayWrite = job.user_id === null ? key.role === 'admin' : key.role !== 'reader'
  if (!mayWrite) return null
  const outOfBudget = job.error?.code === 'budget_reached'
  const careful = (action: Action) => action === 'cancel' || (action === 'resume' && outOfBudget)
  return (
    <>
      {ALLOWED[job.state].map((action) => (
        <button
          key={action}
          type="button"
          className={action === 'retry' || action === 'resume' ? 'button primary' : 'button'}
          disabled={steer.isPending}
          onClick={() => (careful(action) ? setAsking(action) : steer.mutate({ action }))}
        >
          {WORDS[action]}
        </button>
      ))}
      {steer.error !== null && asking === undefined ? (
        <p className="said refused" role="alert">
          {sentenceOf(steer.error)}
        </p>
      ) : null}
      {asking === undefined ? null : (
        <Ask
          action={asking}
          busy={steer.isPending}
          error={steer.error}
          onClose={() => setAsking(undefined)}
          onSubmit={(form) => steer.mutate({ action: asking, ...budgetOf(form) })}
        />
      )}
    </>
  )
}

interface AskProps {
  readonly action: Action
  readonly busy: boolean
  readonly error: unknown
  onClose(): void
  onSubmit(form: FormData): void
}

function Ask({ action, ...rest }: AskProps) {
  const cancels = action === 'cancel'
  return (
    <Dialog
      title={cancels ? 'Cancel this job?' : 'Go on with a larger budget?'}
      action={cancels ? 'Cancel the job' : 'Resume'}
      danger={cancels}
      {...rest}
    >
      {cancels ? <p>What is done stays; a retry goes on from there.</p> : <Budget />}
    </Dialog>
  )
}

function Budget() {
  return (
    <label className="field">
      Dollars it may cost in all
      <input name="budget" type="number" min="0" step="0.01" required inputMode="decimal" />
    </label>
  )
}

function budgetOf(form: FormData): { budget?: number } {
  const given = textOf(form, 'budget')
  return given === '' ? {} : { budget: Number(given) }
}
