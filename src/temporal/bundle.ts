import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  DefaultLogger,
  bundleWorkflowCode,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker'
import type { DataConverter } from '@temporalio/common'

const bundles = new Map<string, Promise<WorkflowBundleWithSourceMap>>()

/** Bundles the workflows once a process (about a second), with the failure converter that client and worker use. */
export async function bundleWorkflows(
  dataConverter: DataConverter | undefined,
): Promise<WorkflowBundleWithSourceMap> {
  const failureConverterPath = dataConverter?.failureConverterPath
  const known = bundles.get(failureConverterPath ?? '')
  if (known) return await known
  const index = `../workflows/index${extname(import.meta.url)}`
  const bundle = bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(index, import.meta.url)),
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
    // Webpack's report of twenty lines is nobody's concern unless it is an error.
    logger: new DefaultLogger('ERROR'),
  })
  bundles.set(failureConverterPath ?? '', bundle)
  return await bundle
}
