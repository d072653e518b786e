import { useState, type SubmitEvent } from 'react'
import { useQuery } from '@tanstack/react-query'
import type { RecallQuestion } from '../../../src/client/index.ts'
import { Empty, PageHead, Problem, Skeleton } from '../parts/basics.tsx'
import { Browse } from '../parts/browse.tsx'
import { textOf } from '../parts/dialog.tsx'
import { HitCard } from '../parts/hit-card.tsx'
import { words } from '../parts/words.ts'
import { usePlace } from '../route.ts'
import { useMemoir, useSession } from '../session.tsx'

const FIRST = 10
const STEP = 20
const MOST = 200

/** Asks as an application does, and shows why each memory was found. */
export function Memories() {
  const { key } = useSession()
  const { query } = usePlace()
  const [asked, setAsked] = useState<RecallQuestion>()
  const [k, setK] = useState(FIRST)
  return (
    <>
      <PageHead
        title="Memories"
        about="Ask what is remembered of a user, and see why each answer was found"
      />
      <Question
        key={query.get('user')}
        user={query.get('user') ?? ''}
        onAsk={(question) => {
          setK(FIRST)
          setAsked(question)
        }}
      />
      {asked === undefined ? (
        <Unasked user={key.user_id ?? query.get('user')} />
      ) : (
        <Answers
          question={{ ...asked, k }}
          onMore={() => setK((now) => Math.min(now + STEP, MOST))}
        />
      )}
    </>
  )
}

function Unasked({ user }: { readonly user: string | null }) {
  if (user !== null) return <Browse user={user} />
  return (
    <Empty title="Nothing asked yet">
      <p>Memories are found by meaning and by words at once; a question in full finds most.</p>
    </Empty>
  )
}

interface QuestionProps {
  readonly user: string
  onAsk(question: RecallQuestion): void
}

const KINDS = ['message', 'fact', 'summary', 'note', 'episode'] as const

function Question({ user, onAsk }: QuestionProps) {
  const { key } = useSession()

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    onAsk(questionOf(new FormData(event.currentTarget), key.user_id))
  }

  return (
    <form className="ask" onSubmit={submit}>
      <label className="field">
        User
        <input
          name="user"
          required
          list="users"
          defaultValue={key.user_id ?? user}
          readOnly={key.user_id !== null}
          autoComplete="off"
        />
        <UserNames />
      </label>
      <label className="field wide">
        Question
        <input
          name="q"
          type="search"
          required
          placeholder="What is she allergic to?"
          autoComplete="off"
        />
      </label>
      <button type="submit" className="button primary">
        Recall
      </button>
      <details className="filters">
        <summary>Filters</summary>
        <Filters />
      </details>
    </form>
  )
}

function UserNames() {
  const memoir = useMemoir()
  const users = useQuery({
    queryKey: ['users', 'names'],
    queryFn: async ({ signal }) => await memoir.users.list({ limit: 200, signal }),
  })
  return (
    <datalist id="users">
      {users.data?.items.map(({ user_id: id }) => (
        <option key={id} value={id}>
          {id}
        </option>
      ))}
    </datalist>
  )
}

function Filters() {
  return (
    <div className="filter-fields">
      <fieldset>
        <legend>Kinds</legend>
        {KINDS.map((kind) => (
          <label key={kind} className="check">
            <input type="checkbox" name="kinds" value={kind} defaultChecked={kind !== 'episode'} />
            {kind}
          </label>
        ))}
      </fieldset>
      <label className="field">
        Scope
        <input name="scope" placeholder="all" autoComplete="off" />
      </label>
      <label className="field">
        From
        <input name="from" type="date" />
      </label>
      <label className="field">
        To
        <input name="to" type="date" />
      </label>
      <label className="field">
        Relevance at least
        <input name="threshold" type="number" min="0" max="1" step="0.05" placeholder="0" />
      </label>
    </div>
  )
}

function questionOf(form: FormData, bound: string | null): RecallQuestion {
  const kinds = KINDS.filter((kind) => form.getAll('kinds').includes(kind))
  const given = (name: string) => textOf(form, name) || undefined
  const [scope, from, to] = [given('scope'), given('from'), given('to')]
  const threshold = Number(given('threshold') ?? 0)
  return {
    q: textOf(form, 'q'),
    user_id: bound ?? textOf(form, 'user'),
    ...(kinds.length === 0 ? {} : { kinds }),
    ...(scope === undefined ? {} : { scope }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(threshold > 0 ? { threshold } : {}),
  }
}

function Answers({ question, onMore }: { readonly question: RecallQuestion; onMore(): void }) {
  const memoir = useMemoir()
  const { q, user_id: user, k = FIRST } = question
  const answer = useQuery({
    queryKey: ['recall', question],
    queryFn: async ({ signal }) => await memoir.recall(question, { signal }),
    placeholderData: (before) => (before?.hits[0]?.user_id === user ? before : undefined),
  })
  if (answer.isPending) return <Skeleton rows={5} />
  if (answer.error !== null)
    return <Problem error={answer.error} again={() => void answer.refetch()} />
  const { hits, degraded, took_ms: took } = answer.data
  return (
    <section aria-label="Answers" aria-busy={answer.isFetching}>
      <p className="muted small" role="status">
        {hits.length === 0 ? 'Nothing found' : `${hits.length} found`} for “{q}” in{' '}
        {took.toFixed(0)} ms
      </p>
      {degraded.length === 0 ? null : (
        <p className="note">Degraded: {degraded.map(words).join(', ')} did not take part.</p>
      )}
      {hits.length === 0 ? (
        <Empty title="Nothing is remembered about that">
          <p>Another wording, fewer filters or another user may find more.</p>
        </Empty>
      ) : null}
      <ol className="hits">
        {hits.map((hit) => (
          <HitCard key={hit.id} hit={hit} />
        ))}
      </ol>
      {hits.length >= k && k < MOST ? (
        <p className="more">
          <button type="button" className="button" disabled={answer.isFetching} onClick={onMore}>
            Show more
          </button>
        </p>
      ) : null}
    </section>
  )
}
