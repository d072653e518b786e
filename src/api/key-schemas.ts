import { z } from '@hono/zod-openapi'
import { ROLES } from '../stores/api-keys.ts'
import { time, uuid } from './fields.ts'

/** Keys as they are answered. */

const readableUsers = z
  .array(z.string())
  .readonly()
  .openapi({ description: 'Users it may read beside its own.' })

export const keySchema = z
  .object({
    id: uuid,
    name: z.string(),
    role: z.enum(ROLES),
    prefix: z.string(),
    namespace: z.string().nullable(),
    user_id: z.string().nullable(),
    readable_users: readableUsers,
    scopes: z.array(z.string()).readonly().nullable(),
    created_at: time,
    expires_at: time.nullable(),
    last_used_at: time.nullable(),
  })
  .openapi('Key')

export const currentKeySchema = z
  .object({
    role: z.enum(ROLES),
    namespace: z.string(),
    user_id: z.string().nullable(),
    readable_users: readableUsers,
    scopes: z.array(z.string()).readonly().nullable(),
  })
  .openapi('CurrentKey')

export const newKeySchema = z
  .object({
    id: uuid,
    key: z.string().openapi({ description: 'Shown this once.' }),
    name: z.string(),
    role: z.enum(ROLES),
    namespace: z.string().nullable(),
    user_id: z.string().nullable(),
    readable_users: readableUsers,
    scopes: z.array(z.string()).readonly().nullable(),
    expires_at: time.nullable(),
  })
  .openapi('NewKey')
