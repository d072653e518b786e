import { useEffect, useRef, useState } from 'react'
import type { Core } from 'cytoscape'
import type { MemoryGraph } from '../../../src/client/index.ts'
import { useColours } from './colours.ts'
import { drawGraph, highlight, MARGIN, styleOf } from './graph-canvas.ts'

interface GraphDrawingProps {
  readonly graph: MemoryGraph
  readonly chosen: string | undefined
  onChoose(id: string | undefined): void
}

/** The drawing alone; what it says stands in words beside it, so it is left out for screen readers. */
export function GraphDrawing({ graph, chosen, onChoose }: GraphDrawingProps) {
  const place = useRef<HTMLDivElement>(null)
  const [drawn, setDrawn] = useState<Core>()
  const colours = useColours()

  useEffect(() => {
    if (place.current === null) return undefined
    const cy = drawGraph(place.current, graph)
    cy.on('tap', (event) => onChoose(event.target === cy ? undefined : String(event.target.id())))
    setDrawn(cy)
    return () => cy.destroy()
  }, [graph, onChoose])

  useEffect(() => {
    drawn?.style(styleOf(colours))
  }, [drawn, colours])

  useEffect(() => {
    if (drawn !== undefined) highlight(drawn, chosen)
  }, [drawn, chosen])

  return (
    <div className="graph-drawing">
      {/* Cytoscape puts a style element into the page unless it finds its id; the page's policy forbids those. */}
      <span id="__________cytoscape_stylesheet" hidden />
      <div ref={place} className="graph-place" aria-hidden="true" />
      <Zoom drawn={drawn} />
    </div>
  )
}

const ZOOM_STEP = 1.3

function Zoom({ drawn }: { readonly drawn: Core | undefined }) {
  const zoom = (by: number) => {
    if (drawn === undefined) return
    const centre = { x: drawn.width() / 2, y: drawn.height() / 2 }
    drawn.zoom({ level: drawn.zoom() * by, renderedPosition: centre })
  }
  return (
    <div className="graph-zoom">
      <button type="button" className="button" aria-label="Nearer" onClick={() => zoom(ZOOM_STEP)}>
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
      <button type="button" className="button" onClick={() => drawn?.fit(undefined, MARGIN)}>
        Fit
      </button>
    </div>
  )
}
