/** Which store holds the graph for drawing and for the user's own queries. */
export const GRAPH_BACKENDS = ['postgres', 'neo4j'] as const
export type GraphBackend = (typeof GRAPH_BACKENDS)[number]
