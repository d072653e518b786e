import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Schedule } from '../../../src/client/index.ts'
import { useMemoir } from '../session.tsx'
import { Dialog, textOf } from './dialog.tsx'

export type ScheduleAsk = 'pause' | 'cron' | 'backfill'

const TITLE: Record<ScheduleAsk, string> = {
  pause: 'Pause the schedule',
  cron: 'Change when it runs',
  backfill: 'Make up for lost runs',
}
const ACTION: Record<ScheduleAsk, string> = {
  pause: 'Pause',
  cron: 'Change',
  backfill: 'Run them',
}

interface ScheduleDialogProps {
  readonly schedule: Schedule
  readonly ask: ScheduleAsk
  onClose(): void
}

export function ScheduleDialog({ schedule, ask, onClose }: ScheduleDialogProps) {
  const memoir = useMemoir()
  const queries = useQueryClient()
  const { id } = schedule
  const change = useMutation({
    mutationFn: async (form: FormData): Promise<unknown> => {
      const given = (name: string) => textOf(form, name)
      if (ask === 'cron') return await memoir.schedules.change(id, { cron: given('cron') })
      if (ask === 'backfill') {
        return await memoir.schedules.backfill(id, { from: given('from'), to: given('to') })
      }
      const note = given('note')
      return await memoir.schedules.change(id, { paused: true, ...(note === '' ? {} : { note }) })
    },
    onSuccess: async () => {
      onClose()
      await queries.invalidateQueries({ queryKey: ['schedules'] })
    },
  })
  return (
    <Dialog
      title={TITLE[ask]}
      action={ACTION[ask]}
      busy={change.isPending}
      error={change.error}
      onClose={onClose}
      onSubmit={(form) => change.mutate(form)}
    >
      {ask === 'pause' ? <PauseFields /> : null}
      {ask === 'cron' ? <CronFields cron={schedule.cron} /> : null}
      {ask === 'backfill' ? <BackfillFields /> : null}
    </Dialog>
  )
}

function PauseFields() {
  return (
    <label className="field">
      Why <span className="muted">for whoever comes after you</span>
      <input name="note" maxLength={500} autoComplete="off" />
    </label>
  )
}

function CronFields({ cron }: { readonly cron: string }) {
  return (
    <label className="field">
      Cron expression of five fields, in UTC
      <input name="cron" defaultValue={cron} required maxLength={100} autoComplete="off" />
    </label>
  )
}

function BackfillFields() {
  return (
    <>
      <p>Runs the times between two days again, one after the other.</p>
      <label className="field">
        From
        <input name="from" type="date" required />
      </label>
      <label className="field">
        To
        <input name="to" type="date" required />
      </label>
    </>
  )
}
