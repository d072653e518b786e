import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { MemoirApiError, type Narrative } from '../../../src/client/index.ts'
import { useSession } from '../session.tsx'
import { Problem, sentenceOf, Skeleton, When } from './basics.tsx'
import { EarlierNarratives } from './earlier-narratives.tsx'
import { Folded } from './folded.tsx'
import { NarrativeSources } from './narrative-sources.tsx'
import { Prose } from './prose.tsx'

/** While one is being written somebody waits for it; otherwise it is looked at now and then. */
const WRITING_MS = 1_500
const RESTING_MS = 30_000

/** Who a user is, in one text that comes by itself when it is ready. */
export function NarrativeCard({ user }: { readonly user: string }) {
  const { memoir } = useSession()
  const narrative = useQuery({
    queryKey: ['narrative', user],
    queryFn: async ({ signal }) => await memoir.narratives.get(user, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'generating' ? WRITING_MS : RESTING_MS),
  })
  const { data, error } = narrative
  if (isUnknown(error)) return null
  return (
    <section className="card narrative" aria-labelledby="narrative">
      <div className="card-head">
        <h2 id="narrative">
          Narrative {data === undefined ? null : <NarrativeBadge state={data.state} />}
        </h2>
        {data === undefined ? null : <Regenerate narrative={data} />}
      </div>
      {narrative.isPending ? <Skeleton rows={4} /> : null}
      {error === null ? null : <Problem error={error} again={() => void narrative.refetch()} />}
      {data === undefined ? null : <Shown narrative={data} />}
    </section>
  )
}

/** Nobody of that id, or nobody whom this key may read of. */
const isUnknown = (error: unknown) => error instanceof MemoirApiError && error.status === 404

const STATE: Record<Narrative['state'], { readonly text: string; readonly look: string }> = {
  fresh: { text: 'fresh', look: 'state-succeeded' },
  stale: { text: 'stale', look: 'state-paused' },
  generating: { text: 'being written', look: 'state-running' },
  failed: { text: 'failed', look: 'state-failed' },
  none: { text: 'none', look: '' },
}

function NarrativeBadge({ state }: Pick<Narrative, 'state'>) {
  const { text, look } = STATE[state]
  return <span className={`badge ${look}`}>{text}</span>
}

function Shown({ narrative }: { readonly narrative: Narrative }) {
  const { narrative: text, citations, state, version, generated_at: at, error } = narrative
  return (
    <>
      <output className="unseen">{`The narrative is ${STATE[state].text}`}</output>
      {error === null ? null : (
        <p className="note bad">
          It could not be written: {error.message} <code>{error.code}</code>
        </p>
      )}
      {text === null ? (
        <NoText state={state} />
      ) : (
        <Folded>
          <Prose text={text} busy={state === 'generating'} />
        </Folded>
      )}
      {text === null ? null : (
        <p className="muted small">
          Version {version}, written <When at={at} />
        </p>
      )}
      {text === null ? null : <NarrativeSources citations={citations} />}
      {version > 1 ? <Earlier user={narrative.user_id} version={version} /> : null}
    </>
  )
}

function NoText({ state }: Pick<Narrative, 'state'>) {
  if (state === 'generating') {
    return (
      <div className="writing">
        <Skeleton rows={4} />
        <p className="muted small">It appears here as soon as it is written.</p>
      </div>
    )
  }
  return (
    <p className="muted">
      {state === 'failed'
        ? 'There is no earlier text to show.'
        : 'Too little is remembered to say who this is.'}
    </p>
  )
}

function Regenerate({ narrative: { user_id: user, state, narrative: text } }: ShownProps) {
  const { memoir, key } = useSession()
  const queries = useQueryClient()
  const queryKey = ['narrative', user]
  const regenerate = useMutation({
    mutationFn: async () => await memoir.narratives.regenerate(user),
    onSuccess: async () => await queries.invalidateQueries({ queryKey }),
  })
  if (key.role === 'reader') return null
  const writing = state === 'generating' || regenerate.isPending
  return (
    <div className="actions">
      {regenerate.error === null ? null : (
        <p className="said refused" role="alert">
          {sentenceOf(regenerate.error)}
        </p>
      )}
      <button
        type="button"
        className="button"
        disabled={writing}
        onClick={() => regenerate.mutate()}
      >
        {writing ? 'Writing…' : text === null ? 'Write it' : 'Write anew'}
      </button>
    </div>
  )
}

interface ShownProps {
  readonly narrative: Narrative
}

function Earlier({ user, version }: { readonly user: string; readonly version: number }) {
  const [open, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="small">Earlier versions</summary>
      {open ? <EarlierNarratives user={user} version={version} /> : null}
    </details>
  )
}
