import { Component, type ErrorInfo, type PropsWithChildren } from 'react'

interface State {
  readonly failed: boolean
}

/** The last resort: a page that broke says so instead of turning white. */
export class ErrorBoundary extends Component<PropsWithChildren, State> {
  override state: State = { failed: false }

  static getDerivedStateFromError(): State {
    return { failed: true }
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.error(error, info.componentStack)
  }

  override render() {
    if (!this.state.failed) return this.props.children
    return (
      <main className="lone">
        <h1>This page broke</h1>
        <p>That is a mistake of the dashboard; nothing happened to what is remembered.</p>
        <button type="button" className="button primary" onClick={() => location.reload()}>
          Load it again
        </button>
      </main>
    )
  }
}
