import { useLayoutEffect, useRef, useState, type PropsWithChildren } from 'react'

/** Shows the beginning of what is long, and all of it when asked to. */
export function Folded({ children }: PropsWithChildren) {
  const box = useRef<HTMLDivElement>(null)
  const [open, setOpen] = useState(false)
  const [long, setLong] = useState(false)

  useLayoutEffect(() => {
    const shown = box.current
    if (shown === null || open) return undefined
    // By what is in it and by how wide it is, both of which change.
    const watch = new ResizeObserver(() => setLong(shown.scrollHeight > shown.clientHeight + 1))
    for (const child of [shown, ...shown.children]) watch.observe(child)
    return () => watch.disconnect()
  }, [open])

  return (
    <>
      <div ref={box} className={open ? 'folded open' : long ? 'folded long' : 'folded'}>
        {children}
      </div>
      {long ? (
        <button
          type="button"
          className="link small"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Show less' : 'Read all of it'}
        </button>
      ) : null}
    </>
  )
}
