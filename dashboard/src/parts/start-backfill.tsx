import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { pathTo } from '../route.ts'
import { useMemoir } from '../session.tsx'
import { sentenceOf } from './basics.tsx'
import { Dialog, textOf } from './dialog.tsx'
import { count, dollars } from './words.ts'

/** Says what a backfill would take at most before it is asked for. */
export function StartBackfill({ onClose }: { onClose(): void }) {
  const memoir = useMemoir()
  const queries = useQueryClient()
  const start = useMutation({
    mutationFn: async (form: FormData) => {
      const budget = textOf(form, 'budget')
      return await memoir.backfills.start({
        retry_failed: form.get('retry_failed') !== null,
        ...(budget === '' ? {} : { budget: Number(budget) }),
      })
    },
    onSuccess: async ({ job }) => {
      onClose()
      location.hash = pathTo('jobs', { id: job })
      await queries.invalidateQueries({ queryKey: ['jobs'] })
    },
  })
  return (
    <Dialog
      title="Start a backfill"
      action={start.isPending ? 'Starting…' : 'Start'}
      busy={start.isPending}
      error={start.error}
      onClose={onClose}
      onSubmit={(form) => start.mutate(form)}
    >
      <p>
        Takes in every conversation of the source. What did not change is passed over at no cost.
      </p>
      <Estimated />
      <label className="field">
        Budget in dollars <span className="muted">none unless given; there it pauses</span>
        <input name="budget" type="number" min="0" step="0.01" inputMode="decimal" />
      </label>
      <label className="check">
        <input type="checkbox" name="retry_failed" />
        Only what failed before
      </label>
    </Dialog>
  )
}

function Estimated() {
  const memoir = useMemoir()
  const estimate = useQuery({
    queryKey: ['estimate'],
    queryFn: async ({ signal }) => await memoir.backfills.estimate({ signal }),
  })
  const { data, error } = estimate
  if (error !== null) return <p className="note">No estimate: {sentenceOf(error)}</p>
  if (data === undefined) return <p className="note">Counting what there is…</p>
  const cost = data.cost === null ? 'at an unknown price' : `${dollars(data.cost)} at most`
  return (
    <p className="note">
      {count(data.conversations)} conversations, {count(data.tokens)} tokens, {cost} ({data.model}).
    </p>
  )
}
