import { useState } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Key, NewKey } from '../../../src/client/index.ts'
import { Empty, PageHead, When } from '../parts/basics.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { NewKeyDialog } from '../parts/new-key-dialog.tsx'
import { NewSecret } from '../parts/new-secret.tsx'
import { Paged, usePages } from '../parts/pages.tsx'
import { useMemoir } from '../session.tsx'

const PAGE = 50

export function Keys() {
  const memoir = useMemoir()
  const [making, setMaking] = useState(false)
  const [made, setMade] = useState<NewKey>()
  const list = usePages<Key>({
    queryKey: ['keys'],
    read: async (cursor, signal) =>
      await memoir.keys.list({
        limit: PAGE,
        signal,
        ...(cursor === undefined ? {} : { cursor }),
      }),
  })
  return (
    <>
      <PageHead title="Keys" about="Who may ask, and how far they reach">
        <button type="button" className="button primary" onClick={() => setMaking(true)}>
          Make a key
        </button>
      </PageHead>
      {made === undefined ? null : <NewSecret made={made} />}
      <Paged
        list={list}
        empty={
          <Empty title="No keys yet">
            <p>The administrator’s key of the configuration is not listed here.</p>
          </Empty>
        }
      >
        {(keys) => <KeyTable keys={keys} />}
      </Paged>
      {making ? <NewKeyDialog onClose={() => setMaking(false)} onMade={setMade} /> : null}
    </>
  )
}

const COLUMNS = ['Name', 'Role', 'Reach', 'Last used', 'Ends'] as const

function KeyTable({ keys }: { readonly keys: readonly Key[] }) {
  const [revoking, setRevoking] = useState<Key>()
  return (
    <div className="table-box stacks">
      <table>
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">
              <span className="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <KeyRow key={key.id} shown={key} onRevoke={() => setRevoking(key)} />
          ))}
        </tbody>
      </table>
      {revoking === undefined ? null : (
        <Revoke shown={revoking} onClose={() => setRevoking(undefined)} />
      )}
    </div>
  )
}

function KeyRow({ shown, onRevoke }: { readonly shown: Key; onRevoke(): void }) {
  const readable = shown.readable_users ?? []
  const reach = [
    shown.namespace ?? 'every namespace',
    shown.user_id,
    readable.length > 0 ? `reads ${readable.join(', ')}` : '',
    shown.scopes?.join(', '),
  ]
  return (
    <tr>
      <th scope="row">
        {shown.name} <code className="muted">{shown.prefix}…</code>
      </th>
      <td data-label="Role">{shown.role}</td>
      <td data-label="Reach">{reach.filter(Boolean).join(' · ')}</td>
      <td data-label="Last used">
        <When at={shown.last_used_at} nothing="never" />
      </td>
      <td data-label="Ends">
        <When at={shown.expires_at} nothing="never" />
      </td>
      <td className="number">
        <button type="button" className="link danger" onClick={onRevoke}>
          Revoke <span className="unseen">{shown.name}</span>
        </button>
      </td>
    </tr>
  )
}

function Revoke({ shown, onClose }: { readonly shown: Key; onClose(): void }) {
  const memoir = useMemoir()
  const queries = useQueryClient()
  const revoke = useMutation({
    mutationFn: async () => await memoir.keys.revoke(shown.id),
    onSuccess: async () => {
      onClose()
      await queries.invalidateQueries({ queryKey: ['keys'] })
    },
  })
  return (
    <Dialog
      title={`Revoke “${shown.name}”?`}
      action="Revoke"
      danger
      busy={revoke.isPending}
      error={revoke.error}
      onClose={onClose}
      onSubmit={() => revoke.mutate()}
    >
      <p>Whoever uses it is refused at once. It cannot be brought back.</p>
    </Dialog>
  )
}
