/** The mark: a thread that comes back to where it began. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <path
        d="M4 17V9.5a3.5 3.5 0 0 1 7 0V17m0-7.5a3.5 3.5 0 0 1 7 0V15a2.5 2.5 0 0 0 3 2.4"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
    </svg>
  )
}
