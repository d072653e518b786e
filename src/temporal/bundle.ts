import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker'
import { z } from 'zod'
import { siblingFile } from '../sibling.ts'
import type { TemporalClient } from './client.ts'

const bundles = new Map<string, Promise<WorkflowBundleWithSourceMap>>()

/** A bundle with its map is a few megabytes. */
const MOST_BYTES = 64 * 1024 * 1024

const bundleSchema = z.object({ code: z.string(), sourceMap: z.string() })

export type BundledFor = Pick<TemporalClient, 'dataConverter' | 'tracing'>

/**
 * Bundles the workflows once a process (about two seconds), with the failure converter that client and worker use and, where traces
 * are kept, what carries them. In a process of its own: Webpack leaves 130 MB behind that the worker would keep, and the built-in
 * model takes twice the time beside that.
 */
export async function bundleWorkflows({
  dataConverter,
  tracing,
}: BundledFor): Promise<WorkflowBundleWithSourceMap> {
  const paths = [dataConverter?.failureConverterPath ?? '', ...(tracing?.workflowModules ?? [])]
  const key = JSON.stringify(paths)
  const known = bundles.get(key)
  if (known) return await known
  const bundle = bundleApart(paths)
  bundles.set(key, bundle)
  return await bundle
}

async function bundleApart(paths: readonly string[]): Promise<WorkflowBundleWithSourceMap> {
  const script = siblingFile(import.meta.url, './bundle-script')
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...paths], {
    maxBuffer: MOST_BYTES,
    // It needs nothing of ours, least of all the secrets.
    env: {},
  })
  return bundleSchema.parse(JSON.parse(stdout))
}
