import type { temporal as proto } from '@temporalio/proto'
import type { TemporalClient } from '../../src/temporal/client.ts'

/** Everything Temporal keeps of the runs of a namespace, as text to search: nothing of what was ingested may be in it. */

export interface HistoryText {
  readonly workflowId: string
  readonly runId: string
  readonly text: string
}

/** Payloads are decoded with the client's codec, so what is searched is what anybody with the key could read. */
export async function readHistories(temporal: TemporalClient, query = ''): Promise<HistoryText[]> {
  const { client, namespace } = temporal
  const found: HistoryText[] = []
  for await (const { workflowId, runId } of executions(temporal, query)) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory()
    const described = await client.workflowService.describeWorkflowExecution({
      namespace,
      execution: { workflowId, runId },
    })
    const parts = await Promise.all([decoded(history, temporal), decoded(described, temporal)])
    found.push({ workflowId, runId, text: parts.join('\n') })
  }
  return found
}

/** By the raw list: the client's own reads memos too, and those of a run that somebody else encrypted fail it. */
async function* executions(
  { client, namespace }: TemporalClient,
  query: string,
): AsyncGenerator<{ workflowId: string; runId: string }> {
  let nextPageToken: Uint8Array | undefined
  do {
    const page = await client.workflowService.listWorkflowExecutions({
      namespace,
      query,
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    })
    for (const { execution } of page.executions) {
      yield { workflowId: execution?.workflowId ?? '', runId: execution?.runId ?? '' }
    }
    nextPageToken = page.nextPageToken.length > 0 ? page.nextPageToken : undefined
  } while (nextPageToken !== undefined)
}

/** One JSON text of a message, each payload replaced by what is in it. */
async function decoded(message: unknown, temporal: TemporalClient): Promise<string> {
  return JSON.stringify(await plain(message, temporal))
}

async function plain(value: unknown, temporal: TemporalClient): Promise<unknown> {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  if (Array.isArray(value)) {
    return await Promise.all(value.map(async (each: unknown) => await plain(each, temporal)))
  }
  if (typeof value !== 'object' || value === null) return value
  if (isPayload(value)) return await plainPayload(value, temporal)
  const entries = Object.entries(value).map(
    async ([name, each]: [string, unknown]) => [name, await plain(each, temporal)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

type Payload = proto.api.common.v1.IPayload

function isPayload(value: object): value is Payload {
  return 'metadata' in value && 'data' in value && value.data instanceof Uint8Array
}

async function plainPayload(payload: Payload, { dataConverter }: TemporalClient): Promise<unknown> {
  let payloads = [payload]
  for (const codec of dataConverter?.payloadCodecs?.toReversed() ?? []) {
    payloads = await codec.decode(payloads)
  }
  return payloads.map(({ data }) => Buffer.from(data ?? []).toString('utf8'))
}
