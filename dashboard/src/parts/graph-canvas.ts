import cytoscape, { type Core, type ElementDefinition, type StylesheetJson } from 'cytoscape'
import type { MemoryGraph } from '../../../src/client/index.ts'
import type { Colours } from './colours.ts'

/** How a graph is laid out and drawn. */

const LONGEST_LABEL = 28
const LABEL_PX = 11
/** So many have their names shown from afar. */
const MAJOR = 16
/** Pixels around what is drawn. */
export const MARGIN = 24

export function drawGraph(container: HTMLElement, graph: MemoryGraph): Core {
  const cy = cytoscape({
    container,
    elements: elementsOf(graph),
    layout: {
      name: 'cose',
      animate: false,
      nodeDimensionsIncludeLabels: true,
      padding: MARGIN,
      idealEdgeLength: () => 90,
      nodeRepulsion: () => 12_000,
    },
    minZoom: 0.2,
    maxZoom: 3,
    // The wheel scrolls the page; buttons zoom.
    userZoomingEnabled: false,
    boxSelectionEnabled: false,
  })
  // Those that matter are to be read however far away they are.
  const keepReadable = () => {
    cy.nodes('.major').style('font-size', LABEL_PX / Math.min(1, cy.zoom()))
  }
  cy.on('zoom resize layoutstop', keepReadable)
  cy.ready(keepReadable)
  return cy
}

function elementsOf({ nodes: all, edges }: MemoryGraph): ElementDefinition[] {
  const known = new Map(all.map((node) => [node.id, node]))
  const links = edges.filter(({ src, dst }) => known.has(src) && known.has(dst))
  const degree = Map.groupBy(
    links.flatMap(({ src, dst }) => [src, dst]),
    (id) => id,
  )
  const linksOf = (id: string) => degree.get(id)?.length ?? 0
  const isEntity = (id: string) => known.get(id)?.type !== 'memory'
  // A memory that is linked to nothing is a dot beside a picture of people, places and things.
  const nodes = all.some(({ id }) => isEntity(id))
    ? all.filter(({ id }) => isEntity(id) || linksOf(id) > 0)
    : all
  const major = new Set(
    nodes
      .filter(({ type }) => type !== 'memory')
      .toSorted((one, other) => linksOf(other.id) - linksOf(one.id))
      .slice(0, MAJOR),
  )
  return [
    ...nodes.map((node) => ({
      data: { id: node.id, label: shortened(node.label), links: linksOf(node.id) },
      classes: [
        node.type === 'memory' ? 'memory' : 'entity',
        ...(major.has(node) ? ['major'] : []),
      ],
    })),
    ...links.map(({ src, dst, type, weight }) => ({
      data: {
        id: `${src} ${dst} ${type}`,
        source: src,
        target: dst,
        weight: Math.min(1, weight),
        label: type.replaceAll('_', ' '),
      },
      classes: isEntity(src) && isEntity(dst) ? ['relation'] : [],
    })),
  ]
}

const shortened = (label: string) =>
  label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label

/** What is chosen and what it is linked to stay; the rest steps back. */
export function highlight(cy: Core, chosen: string | undefined): void {
  cy.elements().removeClass('away near')
  const node = chosen === undefined ? undefined : cy.getElementById(chosen)
  if (node === undefined || node.empty()) return
  const near = node.closedNeighborhood()
  near.addClass('near')
  cy.elements().not(near).addClass('away')
}

export function styleOf({ ink, quiet, line, accent, raised }: Colours): StylesheetJson {
  return [
    {
      selector: 'node',
      style: {
        label: 'data(label)',
        width: 'mapData(links, 0, 20, 10, 34)',
        height: 'mapData(links, 0, 20, 10, 34)',
        color: ink,
        'font-family': 'ui-sans-serif, system-ui, sans-serif',
        'font-size': LABEL_PX,
        'text-valign': 'bottom',
        'text-margin-y': 4,
        'text-outline-color': raised,
        'text-outline-width': 2,
        'min-zoomed-font-size': 10,
      },
    },
    { selector: 'node.major', style: { 'min-zoomed-font-size': 0 } },
    { selector: 'node.entity', style: { 'background-color': accent } },
    {
      selector: 'node.memory',
      // What memories say stands below; beside each other it would only cover the names.
      style: { 'background-color': quiet, shape: 'round-rectangle', 'text-opacity': 0 },
    },
    { selector: 'node.memory.near', style: { 'text-opacity': 1 } },
    {
      selector: 'edge',
      style: {
        width: 'mapData(weight, 0, 1, 1, 3)',
        'line-color': line,
        'curve-style': 'haystack',
        opacity: 0.8,
      },
    },
    relationStyle({ quiet, accent, raised }),
    { selector: '.near', style: { 'z-index': 2 } },
    { selector: 'edge.near', style: { 'line-color': accent, opacity: 1 } },
    { selector: '.away', style: { opacity: 0.15 } },
  ]
}

/** How two things are related is said; that a memory names one is not. */
const relationStyle = ({
  quiet,
  accent,
  raised,
}: Pick<Colours, 'quiet' | 'accent' | 'raised'>) => ({
  selector: 'edge.relation',
  style: {
    label: 'data(label)',
    'line-color': accent,
    color: quiet,
    'curve-style': 'straight' as const,
    'font-family': 'ui-sans-serif, system-ui, sans-serif',
    'font-size': LABEL_PX,
    'text-outline-color': raised,
    'text-outline-width': 2,
    'target-arrow-shape': 'triangle' as const,
    'target-arrow-color': accent,
  },
})
