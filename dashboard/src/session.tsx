import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import type { PropsWithChildren } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { Memoir, MemoirApiError, type CurrentKey } from '../../src/client/index.ts'

/** Who is signed in. The key stays in this tab and is gone when it is closed. */

const STORED = 'memoir.key'
const STORED_NAMESPACE = 'memoir.namespace'

export interface Session {
  readonly memoir: Memoir
  readonly key: CurrentKey
  signOut(why?: string): void
}

interface Door {
  readonly session: Session | undefined
  /** True until it is known whether the tab still has a key that works. */
  readonly opening: boolean
  /** Why somebody has to sign in again. */
  readonly notice: string | undefined
  /** @throws MemoirApiError, MemoirConnectionError */
  signIn(apiKey: string, namespace: string): Promise<void>
}

const SessionContext = createContext<Door | undefined>(undefined)

export function useDoor(): Door {
  const door = useContext(SessionContext)
  if (door === undefined) throw new Error('there is no session above this')
  return door
}

export function useSession(): Session {
  const { session } = useDoor()
  if (session === undefined) throw new Error('nobody is signed in')
  return session
}

export function useMemoir(): Memoir {
  return useSession().memoir
}

interface SignedIn {
  readonly memoir: Memoir
  readonly key: CurrentKey
}

async function open(apiKey: string | null, namespace: string | null): Promise<SignedIn> {
  const memoir = new Memoir({
    baseUrl: location.origin,
    ...(apiKey === null || apiKey === '' ? {} : { apiKey }),
    ...(namespace === null || namespace === '' ? {} : { namespace }),
  })
  return { memoir, key: await memoir.keys.current() }
}

export function SessionProvider({ children }: PropsWithChildren) {
  const queries = useQueryClient()
  const [signedIn, setSignedIn] = useState<SignedIn>()
  const [opening, setOpening] = useState(true)
  const [notice, setNotice] = useState<string>()

  useEffect(() => {
    // Without keys on the server none is needed here either, so that is tried first.
    void open(sessionStorage.getItem(STORED), sessionStorage.getItem(STORED_NAMESPACE))
      .then(setSignedIn)
      .catch((error: unknown) => setNotice(noticeOf(error)))
      .finally(() => setOpening(false))
  }, [])

  const signIn = useCallback(async (apiKey: string, namespace: string) => {
    const opened = await open(apiKey, namespace)
    sessionStorage.setItem(STORED, apiKey)
    sessionStorage.setItem(STORED_NAMESPACE, namespace)
    setNotice(undefined)
    setSignedIn(opened)
  }, [])

  const signOut = useCallback(
    (why?: string) => {
      sessionStorage.clear()
      queries.clear()
      setSignedIn(undefined)
      setNotice(why)
    },
    [queries],
  )

  const session = useMemo(() => signedIn && { ...signedIn, signOut }, [signedIn, signOut])
  const door = useMemo(
    () => ({ session, opening, notice, signIn }),
    [session, opening, notice, signIn],
  )
  return <SessionContext value={door}>{children}</SessionContext>
}

function noticeOf(error: unknown): string | undefined {
  const refused = error instanceof MemoirApiError && error.status === 401
  if (refused) {
    return sessionStorage.getItem(STORED) === null ? undefined : 'The key of this tab has ended.'
  }
  return error instanceof Error ? error.message : undefined
}
