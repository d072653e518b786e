import { randomBytes, randomUUID } from 'node:crypto'
import { createRoute, z } from '@hono/zod-openapi'
import { MemoirError, SENTENCE } from '../../errors.ts'
import { insertKey, listKeys, revokeKey, ROLES, secretHash } from '../../stores/api-keys.ts'
import { appendAudit } from '../../stores/audit.ts'
import type { Database, Queryable } from '../../stores/database.ts'
import { ensureUsers } from '../../stores/memory-users.ts'
import { ensureNamespace } from '../../stores/tenants.ts'
import type { Principal } from '../environment.ts'
import { listOf, pageQuery, present, scopeName, text, time, userId, uuid } from '../fields.ts'
import { needs, requireEverywhere } from '../guard.ts'
import { refuseIdempotencyKey } from '../idempotency.ts'
import { currentKeySchema, keySchema, newKeySchema } from '../key-schemas.ts'
import { readPage } from '../lists.ts'
import { body, json, refuses } from '../responses.ts'
import { createRouter } from '../router.ts'
import { pageOf } from '../schemas.ts'

const getKeys = createRoute({
  method: 'get',
  path: '/v1/keys',
  operationId: 'listKeys',
  tags: ['keys'],
  summary: 'List the keys of a namespace and those of administrators, newest first',
  ...needs('admin'),
  request: { query: z.strictObject(pageQuery) },
  responses: { 200: json(pageOf(keySchema), 'Keys, without their secrets'), ...refuses() },
})

const getCurrentKey = createRoute({
  method: 'get',
  path: '/v1/keys/current',
  operationId: 'currentKey',
  tags: ['keys'],
  summary: 'Say what the key of this request may do',
  ...needs('reader'),
  responses: { 200: json(currentKeySchema, 'Its role and reach'), ...refuses() },
})

const keyBody = z
  .strictObject({
    name: text(200),
    role: z.enum(ROLES),
    namespace: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,47}$/)
      .optional()
      .openapi({ description: 'Made when it is new; otherwise that of the request.' }),
    user_id: userId.optional().openapi({ description: 'Only this user’s memories.' }),
    readable_users: listOf(userId).optional().openapi({
      description:
        'With `user_id`: further users whose memories it may read. It writes for its own alone.',
    }),
    scopes: listOf(scopeName).optional(),
    expires_at: time
      .refine((value) => Date.parse(value) > Date.now(), 'must lie in the future')
      .optional(),
  })
  .superRefine(({ role, ...key }, context) => {
    if (key.readable_users !== undefined && key.user_id === undefined) {
      const message = 'only together with user_id: a key without one reads all users'
      context.addIssue({ code: 'custom', path: ['readable_users'], message })
    }
    if (role !== 'admin') return
    for (const field of ['namespace', 'user_id', 'readable_users', 'scopes'] as const) {
      if (key[field] === undefined) continue
      const message = 'an administrator’s key opens everything: it cannot be bound'
      context.addIssue({ code: 'custom', path: [field], message })
    }
  })

const createKey = createRoute({
  method: 'post',
  path: '/v1/keys',
  operationId: 'createKey',
  tags: ['keys'],
  summary: 'Make a key; it is shown this once',
  ...needs('admin'),
  request: { body: body(keyBody) },
  responses: {
    201: json(newKeySchema, 'The key'),
    ...refuses('suppressed_user', 'payload_too_large', 'unsupported_media_type'),
  },
})

const deleteKey = createRoute({
  method: 'delete',
  path: '/v1/keys/{id}',
  operationId: 'revokeKey',
  tags: ['keys'],
  summary: 'End a key at once',
  ...needs('admin'),
  request: { params: z.object({ id: uuid }) },
  responses: { 204: { description: 'Revoked' }, ...refuses() },
})

export const keyRoutes = createRouter()
  .openapi(getKeys, async (c) => {
    const { services, principal } = c.var
    const { limit, cursor } = c.req.valid('query')
    const { namespaceId, everywhere } = principal
    const query = present({ namespaceId, everywhere, limit, cursor })
    return c.json(await readPage(cursor, async () => await listKeys(services.db, query)), 200)
  })
  .openapi(getCurrentKey, (c) => {
    const { role, namespace, user, readableUsers, scopes } = c.var.principal
    const users = { user_id: user?.externalId ?? null, readable_users: readableUsers }
    return c.json({ role, namespace, ...users, scopes }, 200)
  })
  .openapi(createKey, async (c) => {
    refuseIdempotencyKey(c.req.header('idempotency-key'))
    const { services, principal } = c.var
    return c.json(await makeKey(services.db, principal, c.req.valid('json')), 201)
  })
  .openapi(deleteKey, async (c) => {
    const { services, principal } = c.var
    const { actor, namespaceId, everywhere } = principal
    const { id } = c.req.valid('param')
    await services.db.transaction(async (tx) => {
      if (!(await revokeKey(tx, { namespaceId, everywhere, id }))) throw notFound()
      await appendAudit(tx, { namespaceId, actor, action: 'key.revoke', subject: id, details: {} })
    })
    return c.body(null, 204)
  })

const notFound = () => new MemoirError('not_found', SENTENCE.not_found)

/** So long that it cannot be guessed, and a fast hash of it suffices. */
const SECRET_BYTES = 32
/** Enough to tell keys apart in a list, far too little to guess the rest. */
const PREFIX_CHARS = 9

async function makeKey(db: Database, principal: Principal, wanted: z.output<typeof keyBody>) {
  const { name, role, user_id = null, scopes = null, expires_at = null } = wanted
  const key = `mk_${randomBytes(SECRET_BYTES).toString('base64url')}`
  const id = randomUUID()
  const namespace = await db.transaction(async (tx) => {
    const place = await placeOf(tx, principal, wanted)
    await insertKey(tx, {
      id,
      namespaceId: place.namespace?.id ?? null,
      name,
      role,
      hash: secretHash(key),
      prefix: key.slice(0, PREFIX_CHARS),
      userId: place.userId,
      readableUserIds: place.readableUserIds,
      scopes,
      expiresAt: expires_at === null ? null : new Date(expires_at),
    })
    await appendAudit(tx, {
      namespaceId: place.namespace?.id ?? null,
      actor: principal.actor,
      action: 'key.create',
      subject: id,
      details: { role, expires_at, bound: user_id !== null || scopes !== null },
    })
    return place.namespace?.name ?? null
  })
  const readable_users = readableOf(wanted).toSorted()
  return { id, key, name, role, namespace, user_id, readable_users, scopes, expires_at }
}

/** Each once, and not the key's own user, whom it reads anyway. */
const readableOf = ({ user_id, readable_users = [] }: z.output<typeof keyBody>): string[] => [
  ...new Set(readable_users.filter((name) => name !== user_id)),
]

/** Where a new key belongs: nowhere for an administrator, else a namespace and perhaps one of its users. */
async function placeOf(tx: Queryable, principal: Principal, wanted: z.output<typeof keyBody>) {
  const { role, namespace: named = principal.namespace, user_id } = wanted
  // An administrator of one namespace makes keys for that one.
  if (role === 'admin' || named !== principal.namespace) requireEverywhere(principal)
  const unbound = { namespace: null, userId: null, readableUserIds: [] }
  if (role === 'admin') return unbound
  const namespace = await ensureNamespace(tx, named)
  if (namespace === null) throw notFound()
  if (user_id === undefined) return { ...unbound, namespace }
  const readable = readableOf(wanted)
  const users = await ensureUsers(tx, namespace.id, [user_id, ...readable])
  const idOf = (name: string, field: string): string => {
    const id = users.get(name)
    if (id !== undefined) return id
    throw new MemoirError('suppressed_user', SENTENCE.suppressed_user, { details: { field } })
  }
  const readableUserIds = readable.map((name) => idOf(name, 'readable_users'))
  return { namespace, userId: idOf(user_id, 'user_id'), readableUserIds }
}
