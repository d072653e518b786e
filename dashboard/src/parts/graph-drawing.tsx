import { useEffect, useRef } from 'react'
import cytoscape, { type Core, type ElementDefinition, type StylesheetJson } from 'cytoscape'
import type { MemoryGraph } from '../../../src/client/index.ts'
import { useColours, type Colours } from './colours.ts'

interface GraphDrawingProps {
  readonly graph: MemoryGraph
  readonly chosen: string | undefined
  onChoose(id: string | undefined): void
}

const LONGEST_LABEL = 28
const ZOOM_STEP = 1.3

/** The drawing alone; what it says stands in words beside it, so it is left out for screen readers. */
export function GraphDrawing({ graph, chosen, onChoose }: GraphDrawingProps) {
  const place = useRef<HTMLDivElement>(null)
  const drawn = useRef<Core>(undefined)
  const colours = useColours()

  useEffect(() => {
    if (place.current === null) return undefined
    const cy = cytoscape({
      container: place.current,
      elements: elementsOf(graph),
      layout: {
        name: 'cose',
        animate: false,
        nodeDimensionsIncludeLabels: true,
        padding: 24,
        idealEdgeLength: () => 90,
        nodeRepulsion: () => 12_000,
      },
      minZoom: 0.2,
      maxZoom: 3,
      // The wheel scrolls the page; buttons zoom.
      userZoomingEnabled: false,
      boxSelectionEnabled: false,
    })
    cy.on('tap', (event) => onChoose(event.target === cy ? undefined : String(event.target.id())))
    drawn.current = cy
    return () => cy.destroy()
  }, [graph, onChoose])

  useEffect(() => {
    drawn.current?.style(styleOf(colours))
  }, [colours, graph])

  useEffect(() => highlight(drawn.current, chosen), [chosen, graph])

  const zoom = (by: number) => {
    const cy = drawn.current
    if (cy === undefined) return
    const centre = { x: cy.width() / 2, y: cy.height() / 2 }
    cy.zoom({ level: cy.zoom() * by, renderedPosition: centre })
  }
  return (
    <div className="graph-drawing">
      {/* Cytoscape puts a style element into the page unless it finds its id; the page's policy forbids those. */}
      <span id="__________cytoscape_stylesheet" hidden />
      <div ref={place} className="graph-place" aria-hidden="true" />
      <div className="graph-zoom">
        <button
          type="button"
          className="button"
          aria-label="Nearer"
          onClick={() => zoom(ZOOM_STEP)}
        >
          +
        </button>
        <button
          type="button"
          className="button"
          aria-label="Farther"
          onClick={() => zoom(1 / ZOOM_STEP)}
        >
          −
        </button>
        <button type="button" className="button" onClick={() => drawn.current?.fit(undefined, 24)}>
          Fit
        </button>
      </div>
    </div>
  )
}

function elementsOf({ nodes, edges }: MemoryGraph): ElementDefinition[] {
  const known = new Set(nodes.map(({ id }) => id))
  const links = edges.filter(({ src, dst }) => known.has(src) && known.has(dst))
  const degree = Map.groupBy(
    links.flatMap(({ src, dst }) => [src, dst]),
    (id) => id,
  )
  return [
    ...nodes.map(({ id, type, label }) => ({
      data: { id, label: shortened(label), links: degree.get(id)?.length ?? 0 },
      classes: type === 'memory' ? 'memory' : 'entity',
    })),
    ...links.map(({ src, dst, type, weight }) => ({
      data: { id: `${src} ${dst} ${type}`, source: src, target: dst, weight: Math.min(1, weight) },
    })),
  ]
}

const shortened = (label: string) =>
  label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label

/** What is chosen and what it is linked to stay; the rest steps back. */
function highlight(cy: Core | undefined, chosen: string | undefined): void {
  if (cy === undefined) return
  cy.elements().removeClass('away near')
  const node = chosen === undefined ? undefined : cy.getElementById(chosen)
  if (node === undefined || node.empty()) return
  const near = node.closedNeighborhood()
  near.addClass('near')
  cy.elements().not(near).addClass('away')
}

function styleOf({ ink, quiet, line, accent, raised }: Colours): StylesheetJson {
  return [
    {
      selector: 'node',
      style: {
        label: 'data(label)',
        width: 'mapData(links, 0, 20, 10, 34)',
        height: 'mapData(links, 0, 20, 10, 34)',
        color: ink,
        'font-size': 11,
        'text-valign': 'bottom',
        'text-margin-y': 4,
        'text-outline-color': raised,
        'text-outline-width': 2,
        'min-zoomed-font-size': 7,
      },
    },
    { selector: 'node.entity', style: { 'background-color': accent } },
    {
      selector: 'node.memory',
      style: { 'background-color': quiet, shape: 'round-rectangle', 'font-size': 9 },
    },
    {
      selector: 'edge',
      style: {
        width: 'mapData(weight, 0, 1, 1, 3)',
        'line-color': line,
        'curve-style': 'haystack',
        opacity: 0.8,
      },
    },
    { selector: '.near', style: { 'z-index': 2 } },
    { selector: 'edge.near', style: { 'line-color': accent, opacity: 1 } },
    { selector: '.away', style: { opacity: 0.15 } },
  ]
}
