import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker'
import type { DataConverter } from '@temporalio/common'
import { z } from 'zod'
import { siblingFile } from '../sibling.ts'

const bundles = new Map<string, Promise<WorkflowBundleWithSourceMap>>()

/** A bundle with its map is a few megabytes. */
const MOST_BYTES = 64 * 1024 * 1024

const bundleSchema = z.object({ code: z.string(), sourceMap: z.string() })

/**
 * Bundles the workflows once a process (about two seconds), with the failure converter that client and worker use. In a process of
 * its own: Webpack leaves 130 MB behind that the worker would keep, and the built-in model takes twice the time beside that.
 */
export async function bundleWorkflows(
  dataConverter: DataConverter | undefined,
): Promise<WorkflowBundleWithSourceMap> {
  const converter = dataConverter?.failureConverterPath ?? ''
  const known = bundles.get(converter)
  if (known) return await known
  const bundle = bundleApart(converter)
  bundles.set(converter, bundle)
  return await bundle
}

async function bundleApart(converter: string): Promise<WorkflowBundleWithSourceMap> {
  const script = siblingFile(import.meta.url, './bundle-script')
  const { stdout } = await promisify(execFile)(process.execPath, [script, converter], {
    maxBuffer: MOST_BYTES,
    // It needs nothing of ours, least of all the secrets.
    env: {},
  })
  return bundleSchema.parse(JSON.parse(stdout))
}
