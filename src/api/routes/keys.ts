import { randomBytes } from 'node:crypto'
import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi'
import { v7 as uuidv7 } from 'uuid'
import { MemoirError } from '../../errors.ts'
import { ROLES, insertKey, listKeys, revokeKey, secretHash } from '../../stores/api-keys.ts'
import { appendAudit } from '../../stores/audit.ts'
import type { Queryable } from '../../stores/database.ts'
import { ensureUsers } from '../../stores/memory-users.ts'
import { allow, wholeNamespace } from '../auth.ts'
import type { AppEnv, Principal } from '../environment.ts'
import { refuseIdempotencyKey } from '../idempotency.ts'
import { refuseInvalid } from '../invalid.ts'
import {
  json,
  keySchema,
  newKeySchema,
  pageOf,
  pageQuery,
  refuses,
  scopeName,
  secured,
  text,
  userId,
  uuid,
  when,
} from '../schemas.ts'

const tags = ['keys']

const bodySchema = z.strictObject({
  name: text(100),
  role: z.enum(ROLES),
  user_id: userId.optional(),
  scopes: z.array(scopeName).min(1).max(50).optional(),
  expires_at: when.optional(),
})

const list = createRoute({
  method: 'get',
  path: '/v1/keys',
  summary: 'Keys of the namespace, without their secrets',
  tags,
  security: secured,
  middleware: [allow('admin'), wholeNamespace] as const,
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: json(pageOf(keySchema), 'Keys'), ...refuses() },
})

const create = createRoute({
  method: 'post',
  path: '/v1/keys',
  summary: 'Make a key; its secret is shown this once',
  tags,
  security: secured,
  middleware: [allow('admin'), wholeNamespace] as const,
  request: { body: { required: true, content: { 'application/json': { schema: bodySchema } } } },
  responses: {
    201: json(newKeySchema, 'The key'),
    ...refuses('unsupported_media_type', 'payload_too_large'),
  },
})

const revoke = createRoute({
  method: 'delete',
  path: '/v1/keys/{id}',
  summary: 'Revoke a key, at once',
  tags,
  security: secured,
  middleware: [allow('admin'), wholeNamespace] as const,
  request: { params: z.object({ id: uuid }) },
  responses: { 204: { description: 'Revoked' }, ...refuses('not_found') },
})

const SECRET_BYTES = 32
/** Enough to tell keys apart, far too little to guess the rest. */
const PREFIX_CHARS = 8

type NewKeyFields = z.infer<typeof bodySchema>

/** A key that could do everything and yet sees only a part would be neither. */
function refuseContradiction({
  role,
  user_id: user,
  scopes,
  expires_at: expires,
}: NewKeyFields): void {
  if (role === 'admin' && (user !== undefined || scopes !== undefined)) {
    throw new MemoirError(
      'invalid_request',
      'role: an admin key is not bound to a user or to scopes',
      {
        details: { field: 'role' },
      },
    )
  }
  if (expires !== undefined && new Date(expires) <= new Date()) {
    throw new MemoirError('invalid_request', 'expires_at: lies in the past', {
      details: { field: 'expires_at' },
    })
  }
}

async function storeKey(
  tx: Queryable,
  {
    id,
    secret,
    body,
    principal,
  }: { id: string; secret: string; body: NewKeyFields; principal: Principal },
): Promise<void> {
  const { namespaceId, actor } = principal
  const named = body.user_id === undefined ? [] : [body.user_id]
  const userIds = [...(await ensureUsers(tx, namespaceId, named)).values()]
  if (userIds.length < named.length) {
    throw new MemoirError('invalid_request', 'user_id: was erased', {
      details: { field: 'user_id' },
    })
  }
  await insertKey(tx, {
    id,
    namespaceId,
    name: body.name,
    role: body.role,
    hash: secretHash(secret),
    prefix: secret.slice(0, PREFIX_CHARS),
    userId: userIds[0] ?? null,
    scopes: body.scopes ?? null,
    expiresAt: body.expires_at === undefined ? null : new Date(body.expires_at),
  })
  await appendAudit(tx, {
    namespaceId,
    actor,
    action: 'key.create',
    subject: id,
    details: { role: body.role, bound: userIds.length > 0, scopes: body.scopes?.length ?? 0 },
  })
}

export const keyRoutes = new OpenAPIHono<AppEnv>({ defaultHook: refuseInvalid })
  .openapi(list, async (c) => {
    const { principal, services } = c.var
    const { limit, cursor } = c.req.valid('query')
    const page = await listKeys(services.db, {
      namespaceId: principal.namespaceId,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    })
    const items = page.items.map((key) => ({
      ...key,
      scopes: key.scopes === null ? null : [...key.scopes],
    }))
    return c.json({ items, next_cursor: page.next_cursor }, 200)
  })
  .openapi(create, async (c) => {
    refuseIdempotencyKey(c)
    const { principal, services } = c.var
    const body = c.req.valid('json')
    refuseContradiction(body)
    const id = uuidv7()
    const secret = `mk_${randomBytes(SECRET_BYTES).toString('base64url')}`
    await services.db.transaction(async (tx) => {
      await storeKey(tx, { id, secret, body, principal })
    })
    return c.json(
      {
        id,
        key: secret,
        name: body.name,
        role: body.role,
        namespace: principal.namespace,
        user_id: body.user_id ?? null,
        scopes: body.scopes ?? null,
        expires_at: body.expires_at ?? null,
      },
      201,
    )
  })
  .openapi(revoke, async (c) => {
    const { principal, services } = c.var
    const { id } = c.req.valid('param')
    await services.db.transaction(async (tx) => {
      if (!(await revokeKey(tx, { namespaceId: principal.namespaceId, id }))) {
        throw new MemoirError('not_found', 'There is no such key.')
      }
      await appendAudit(tx, {
        namespaceId: principal.namespaceId,
        actor: principal.actor,
        action: 'key.revoke',
        subject: id,
        details: {},
      })
    })
    return c.body(null, 204)
  })
