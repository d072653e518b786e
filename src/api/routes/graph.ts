import { createRoute, z } from '@hono/zod-openapi'
import { DEFAULT_KINDS } from '../../domain/recall.ts'
import { readGraphView, type GraphNode, type GraphView } from '../../stores/graph/graph-view.ts'
import { findUserId } from '../../stores/memory-users.ts'
import type { GuardedEnv } from '../environment.ts'
import { kind, queryListOf, scopeName, userId, uuid } from '../fields.ts'
import { needs } from '../guard.ts'
import { scopesOf, userOf } from '../reach.ts'
import { json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'

/** The graph of one user, for drawing. */

const graphSchema = z
  .object({
    nodes: z.array(
      z.object({
        id: uuid,
        type: z.enum(['memory', 'entity']),
        kind: z.string().openapi({ description: 'Of a memory its kind, of an entity its type.' }),
        label: z.string().openapi({ description: 'The first 120 characters.' }),
        occurred_at: z.iso.datetime().nullable(),
        salience: z.number().nullable(),
      }),
    ),
    edges: z.array(z.object({ src: uuid, dst: uuid, type: z.string(), weight: z.number() })),
    truncated: z.boolean().openapi({ description: 'There is more than is shown.' }),
  })
  .openapi('Graph')

const DRAWN = 200
const MAX_DRAWN = 1_000

const getGraph = createRoute({
  method: 'get',
  path: '/v1/graph',
  operationId: 'getGraph',
  tags: ['memories'],
  summary: 'Show what the memories of a user are about, and how all that is linked',
  description:
    'People, places and things that most memories name come first, then the memories that name them and the newest others; links that say how two things are related come before all others. Read from Postgres, whichever graph store there is. Every link has both its ends among the nodes.',
  ...needs('reader'),
  request: {
    query: z.strictObject({
      user_id: userId.optional().openapi({ description: 'Implied by a key bound to a user.' }),
      scope: queryListOf(scopeName).optional(),
      kinds: queryListOf(kind).optional(),
      limit: z.coerce.number().int().min(1).max(MAX_DRAWN).default(DRAWN).openapi({
        description: 'Memories at most; as many entities at most, and eight times as many links.',
      }),
      sequence: z
        .enum(['true', 'false'])
        .default('false')
        .openapi({ description: '`true`: links between messages that follow each other too.' }),
    }),
  },
  responses: { 200: json(graphSchema, 'Nodes and links'), ...refuses() },
})

const NOTHING: GraphView = { nodes: [], edges: [], truncated: false }

export const graphRoutes = createRouter().openapi(getGraph, async (c) => {
  const { user_id: named, scope, kinds = DEFAULT_KINDS, limit, sequence } = c.req.valid('query')
  const view = await viewOf(c.var, { named, scope, kinds, limit, sequence: sequence === 'true' })
  return c.json({ ...view, nodes: view.nodes.map(presentNode), edges: [...view.edges] }, 200)
})

type Asked = Pick<Parameters<typeof readGraphView>[1], 'kinds' | 'limit' | 'sequence'> & {
  readonly named: string | undefined
  readonly scope: readonly string[] | undefined
}

async function viewOf(
  { services, principal }: Pick<GuardedEnv['Variables'], 'services' | 'principal'>,
  { named, scope, ...asked }: Asked,
): Promise<GraphView> {
  const externalId = userOf(principal, named)
  const scopes = scopesOf(principal, scope)
  if (externalId === null || scopes?.length === 0) return NOTHING
  const { namespaceId } = principal
  const userId = await findUserId(services.db, { namespaceId, externalId })
  if (userId === null) return NOTHING
  const reach = scopes === undefined ? {} : { scopes }
  return await readGraphView(services.db, { userId, ...reach, ...asked })
}

const presentNode = ({ occurredAt, ...node }: GraphNode) => ({
  ...node,
  occurred_at: occurredAt?.toISOString() ?? null,
})
