import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { NewKey } from '../../../src/client/index.ts'
import { useMemoir } from '../session.tsx'
import { Dialog, textOf } from './dialog.tsx'

interface NewKeyProps {
  onClose(): void
  onMade(made: NewKey): void
}

const names = (text: string) => text.split(',').map((name) => name.trim())

const ROLES = ['reader', 'service', 'admin'] as const

export function NewKeyDialog({ onClose, onMade }: NewKeyProps) {
  const memoir = useMemoir()
  const queries = useQueryClient()
  const make = useMutation({
    mutationFn: async (form: FormData) => {
      const role = ROLES.find((each) => each === textOf(form, 'role')) ?? 'reader'
      const [user, readable, scopes, until] = [
        textOf(form, 'user'),
        textOf(form, 'readable'),
        textOf(form, 'scopes'),
        textOf(form, 'until'),
      ]
      return await memoir.keys.create({
        name: textOf(form, 'name'),
        role,
        ...(user === '' ? {} : { user_id: user }),
        ...(readable === '' ? {} : { readable_users: names(readable) }),
        ...(scopes === '' ? {} : { scopes: names(scopes) }),
        ...(until === '' ? {} : { expires_at: new Date(until).toISOString() }),
      })
    },
    onSuccess: async (made) => {
      onMade(made)
      onClose()
      await queries.invalidateQueries({ queryKey: ['keys'] })
    },
  })
  return (
    <Dialog
      title="Make a key"
      action={make.isPending ? 'Making…' : 'Make it'}
      busy={make.isPending}
      error={make.error}
      onClose={onClose}
      onSubmit={(form) => make.mutate(form)}
    >
      <Fields />
    </Dialog>
  )
}

function Fields() {
  return (
    <>
      <label className="field">
        What it is for
        <input name="name" required maxLength={200} autoComplete="off" />
      </label>
      <label className="field">
        Role
        <select name="role" defaultValue="service">
          <option value="reader">reader: recall and look</option>
          <option value="service">service: write and forget too</option>
          <option value="admin">admin: everything, everywhere</option>
        </select>
      </label>
      <label className="field">
        Only this user <span className="muted">all unless given</span>
        <input name="user" maxLength={256} autoComplete="off" />
      </label>
      <label className="field">
        May read these users too <span className="muted">with a user; commas between</span>
        <input name="readable" autoComplete="off" />
      </label>
      <label className="field">
        Only these scopes <span className="muted">all unless given, commas between</span>
        <input name="scopes" autoComplete="off" />
      </label>
      <label className="field">
        Until <span className="muted">it does not end unless given</span>
        <input name="until" type="date" />
      </label>
    </>
  )
}
