import { on, type RequestOptions, type Transport } from './transport.ts'

/** What a user's memories are about and how that hangs together, for drawing. */
export interface MemoryGraph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

export interface GraphNode {
  readonly id: string
  /** `entity` or `memory`. */
  readonly type: string
  readonly label: string
  /** Of an entity what it is, of a memory which kind. */
  readonly kind?: string | null
}

export interface GraphEdge {
  readonly src: string
  readonly dst: string
  readonly type: string
  readonly weight: number
}

export const createGraph =
  (transport: Transport) =>
  async (userId: string, { signal }: RequestOptions = {}) =>
    await transport.ask<MemoryGraph>({
      method: 'GET',
      path: '/v1/graph',
      query: { user_id: userId },
      ...on(signal),
    })
