import { randomUUID } from 'node:crypto'
import type { Config } from '../config.ts'
import type { EventType } from '../domain/event.ts'
import type { Page } from '../domain/job.ts'
import type { DeliveryState } from '../domain/webhook.ts'
import { MemoirError, SENTENCE } from '../errors.ts'
import { configuredUrlProblem } from '../providers/address-rules.ts'
import { appendAudit } from '../stores/audit.ts'
import type { Database } from '../stores/database.ts'
import { listDeliveries, type Delivery } from '../stores/events/delivery-list.ts'
import {
  deleteWebhook,
  findWebhook,
  insertWebhook,
  listWebhooks,
  MAX_WEBHOOKS,
  rewindWebhook,
  unparkWebhook,
  type Webhook,
  type WebhookKey,
  type WebhookQuery,
} from '../stores/events/webhooks.ts'
import { newSecret, sealSecret } from './signature.ts'

/** Webhooks as their owners steer them; workers deliver (deliver.ts). */
export interface Webhooks {
  /** @throws MemoirError `invalid_request` for an address that is not allowed, `conflict` when there are too many */
  create(wanted: WantedWebhook): Promise<{ readonly webhook: Webhook; readonly secret: string }>
  list(query: WebhookQuery): Promise<Page<Webhook>>
  /** @throws MemoirError `not_found` */
  remove(key: WebhookKey, actor: string): Promise<void>
  /** @throws MemoirError `not_found` */
  deliveries(key: WebhookKey, query: DeliveriesQuery): Promise<Page<Delivery>>
  /**
   * Tries again what is parked; with a position everything after it is delivered again, and what is parked before is given up.
   * @throws MemoirError `not_found`
   */
  replay(key: WebhookKey, replay: Replay): Promise<Webhook>
}

export interface WantedWebhook {
  readonly namespaceId: string
  /** Surrogate uuid. */
  readonly userId: string | null
  readonly url: string
  readonly types: readonly EventType[] | null
  readonly includeContent: boolean
  readonly description: string | null
  readonly actor: string
}

export interface DeliveriesQuery {
  readonly state?: DeliveryState
  readonly limit: number
  readonly cursor?: string
}

export interface Replay {
  readonly after?: number
  readonly actor: string
}

interface Context {
  readonly config: Config
  readonly db: Database
}

export function createWebhooks(context: Context): Webhooks {
  const { db } = context
  const require = async (key: WebhookKey) => {
    const webhook = await findWebhook(db, key)
    if (webhook === null) throw notFound()
    return webhook
  }
  return {
    create: async (wanted) => await create(context, wanted, require),
    list: async (query) => await listWebhooks(db, query),
    async remove(key, actor) {
      const { id, namespaceId } = key
      await db.transaction(async (tx) => {
        if (!(await deleteWebhook(tx, key))) throw notFound()
        const entry = { namespaceId, actor, action: 'webhook.delete', subject: id, details: {} }
        await appendAudit(tx, entry)
      })
    },
    async deliveries(key, query) {
      await require(key)
      return await listDeliveries(db, { ...query, webhookId: key.id })
    },
    async replay(key, { after, actor }) {
      const { id, namespaceId } = key
      await db.transaction(async (tx) => {
        if ((await findWebhook(tx, key)) === null) throw notFound()
        if (after !== undefined) await rewindWebhook(tx, { id, after })
        if (!(await unparkWebhook(tx, key))) throw notFound()
        const details = { rewound: after !== undefined }
        await appendAudit(tx, {
          namespaceId,
          actor,
          action: 'webhook.replay',
          subject: id,
          details,
        })
      })
      return await require(key)
    },
  }
}

const notFound = () => new MemoirError('not_found', SENTENCE.not_found)

async function create(
  { config, db }: Context,
  { actor, ...wanted }: WantedWebhook,
  require: (key: WebhookKey) => Promise<Webhook>,
) {
  requireAddress(config, wanted.url)
  const { namespaceId } = wanted
  const id = randomUUID()
  const secret = newSecret()
  const sealed = await sealSecret(config, secret, id)
  await db.transaction(async (tx) => {
    if (!(await insertWebhook(tx, { ...wanted, id, secret: sealed }))) {
      throw new MemoirError('conflict', `A namespace has ${MAX_WEBHOOKS} webhooks at most.`)
    }
    const details = { content: wanted.includeContent, bound: wanted.userId !== null }
    await appendAudit(tx, { namespaceId, actor, action: 'webhook.create', subject: id, details })
  })
  return { webhook: await require({ namespaceId, id }), secret }
}

/** What its name resolves to is checked with every delivery. */
function requireAddress({ MEMOIR_ALLOW_PRIVATE_PROVIDERS: allowPrivate }: Config, text: string) {
  const problem = urlProblemOf(text, allowPrivate)
  if (problem === undefined) return
  throw new MemoirError('invalid_request', `url: ${problem}`, { details: { field: 'url' } })
}

function urlProblemOf(text: string, allowPrivate: boolean): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL'
  const url = new URL(text)
  if (!/^https?:$/.test(url.protocol)) return 'must begin with https://'
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    return 'must be without user, password and fragment'
  }
  return configuredUrlProblem(url, { allowPrivate })
}
