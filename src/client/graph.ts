import { on, type RequestOptions, type Transport } from './transport.ts'

/** What a user's memories are about and how that hangs together, for drawing. */
export interface MemoryGraph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  /** There is more than was asked for. */
  readonly truncated?: boolean
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

export interface GraphOptions extends RequestOptions {
  /** Memories at most, the newest. */
  readonly limit?: number
}

export const createGraph =
  (transport: Transport) =>
  async (userId: string, { signal, limit }: GraphOptions = {}) =>
    await transport.ask<MemoryGraph>({
      method: 'GET',
      path: '/v1/graph',
      query: { user_id: userId, limit },
      ...on(signal),
    })
