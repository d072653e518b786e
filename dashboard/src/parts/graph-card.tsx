import { useMemo, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import type { GraphNode, MemoryGraph } from '../../../src/client/index.ts'
import { useMemoir } from '../session.tsx'
import { Empty, Problem } from './basics.tsx'
import { GraphDrawing } from './graph-drawing.tsx'
import { plural } from './words.ts'

/** Memories of which a drawing still says something. */
const DRAWN = 80
/** Listed beside the drawing: those with the most links. */
const LISTED = 12

/** What a user's memories are about, drawn, and the same in words for whoever does not see it. */
export function GraphCard({ user }: { readonly user: string }) {
  const memoir = useMemoir()
  const graph = useQuery({
    queryKey: ['graph', user],
    queryFn: async ({ signal }) => await memoir.graph(user, { limit: DRAWN, signal }),
  })
  const { data, error } = graph
  return (
    <section aria-labelledby="graph">
      <h2 id="graph">What it is about</h2>
      {graph.isPending ? <div className="graph-place card" aria-hidden="true" /> : null}
      {error === null ? null : <Problem error={error} again={() => void graph.refetch()} />}
      {data?.nodes.length === 0 ? (
        <Empty title="Nothing is linked yet">
          <p>People, places and things that memories name are drawn here, with what links them.</p>
        </Empty>
      ) : null}
      {data === undefined || data.nodes.length === 0 ? null : <Linked graph={data} />}
    </section>
  )
}

function Linked({ graph }: { readonly graph: MemoryGraph }) {
  const [chosen, setChosen] = useState<string>()
  const ranked = useMemo(() => rankedNodes(graph), [graph])
  const node = graph.nodes.find(({ id }) => id === chosen)
  return (
    <div className="card graph">
      <GraphDrawing graph={graph} chosen={chosen} onChoose={setChosen} />
      <div className="graph-side">
        {node === undefined ? (
          <>
            <p className="muted small">
              {plural(graph.nodes.length, 'thing')}, {plural(graph.edges.length, 'link')}
              {graph.truncated === true ? ', of the newest memories' : ''}
            </p>
            <NodeList nodes={ranked.slice(0, LISTED)} onChoose={setChosen} />
          </>
        ) : (
          <>
            <button type="button" className="link small" onClick={() => setChosen(undefined)}>
              Everything
            </button>
            <p className="chosen">{node.label}</p>
            <p className="muted small">{node.kind ?? node.type}</p>
            <NodeList nodes={neighboursOf(graph, node.id)} onChoose={setChosen} />
          </>
        )}
      </div>
    </div>
  )
}

interface NodeListProps {
  readonly nodes: readonly GraphNode[]
  onChoose(id: string): void
}

function NodeList({ nodes, onChoose }: NodeListProps) {
  if (nodes.length === 0) return <p className="muted small">Linked to nothing.</p>
  return (
    <ul className="node-list">
      {nodes.map(({ id, label, type, kind }) => (
        <li key={id}>
          <button type="button" className="link" onClick={() => onChoose(id)}>
            {label}
          </button>{' '}
          <span className="muted small">{kind ?? type}</span>
        </li>
      ))}
    </ul>
  )
}

function rankedNodes({ nodes, edges }: MemoryGraph): readonly GraphNode[] {
  const links = new Map<string, number>()
  for (const { src, dst } of edges) {
    for (const id of [src, dst]) links.set(id, (links.get(id) ?? 0) + 1)
  }
  const ranked = nodes.toSorted(
    (one, other) => (links.get(other.id) ?? 0) - (links.get(one.id) ?? 0),
  )
  // What memories are about says more than the memories themselves, which are below.
  const entities = ranked.filter(({ type }) => type !== 'memory')
  return entities.length === 0 ? ranked : entities
}

function neighboursOf({ nodes, edges }: MemoryGraph, id: string): readonly GraphNode[] {
  const linked = new Map<string, number>()
  for (const { src, dst, weight } of edges) {
    const other = src === id ? dst : dst === id ? src : undefined
    if (other !== undefined) linked.set(other, Math.max(weight, linked.get(other) ?? 0))
  }
  return nodes
    .filter((node) => linked.has(node.id))
    .toSorted((one, other) => (linked.get(other.id) ?? 0) - (linked.get(one.id) ?? 0))
}
