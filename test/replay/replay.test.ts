import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Resource } from '@opentelemetry/resources'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { DefaultLogger, Worker, bundleWorkflowCode } from '@temporalio/worker'
import { DeterminismViolationError } from '@temporalio/workflow'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { bundleWorkflows } from '../../src/temporal/bundle.ts'
import { traceTemporal } from '../../src/temporal/tracing.ts'
import { installRuntime } from '../../src/temporal/runtime.ts'

/**
 * Runs that were recorded go through today's workflow code. When one fails, a run that is open at a deployment would too: guard the
 * change with `patched`. New histories: test/replay/record.ts.
 */

const FOLDER = new URL('histories/', import.meta.url)
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))

installRuntime(pino({ level: 'silent' }))

function history(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))
}

test('there are histories of every end and turn of a walk, and of what a schedule starts', () => {
  expect(files.toSorted()).toEqual([
    'backfill-cancelled.json',
    'backfill-continued.json',
    'backfill-done.json',
    'backfill-failed.json',
    'backfill-paused.json',
    'consolidation-done.json',
    'dream-continued.json',
    'dream-done.json',
    'episodes-done.json',
    'erase-done.json',
    'memories-together.json',
    'memory-deleted.json',
    'memory-done.json',
    'memory-graph-later.json',
    'memory-taken-back.json',
    'narrative-asked-again.json',
    'narratives-done.json',
    'nightly-continuation.json',
    'nightly-continued.json',
    'nightly-done.json',
    'reembed-done.json',
    'scheduled-nightly.json',
    'session-done.json',
    'session-failed.json',
    'session-waited.json',
    'sync-done.json',
    'webhook-delivered.json',
  ])
})

test.each(files)('%s goes through the workflow as it is now', async (name) => {
  const bundle = await bundleWorkflows({ dataConverter: undefined, tracing: undefined })
  await expect(
    Worker.runReplayHistory({ workflowBundle: bundle }, history(name)),
  ).resolves.toBeUndefined()
})

test.each(files)(
  '%s, recorded without traces, goes through it while they are kept',
  async (name) => {
    const processor = new SimpleSpanProcessor(new InMemorySpanExporter())
    const tracing = await traceTemporal({
      processor,
      resource: Resource.empty(),
      flush: async () => await processor.forceFlush(),
    })
    const { sinks } = tracing
    const workflowBundle = await bundleWorkflows({ dataConverter: undefined, tracing })
    await expect(
      Worker.runReplayHistory({ workflowBundle, sinks }, history(name)),
    ).resolves.toBeUndefined()
  },
)

test.each(files)('%s does not go through a workflow whose steps have changed', async (name) => {
  const altered = '../support/foreign-workflows/altered.ts'
  const bundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(altered, import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  })
  await expect(
    Worker.runReplayHistory({ workflowBundle: bundle }, history(name)),
  ).rejects.toBeInstanceOf(DeterminismViolationError)
})
