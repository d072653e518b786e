import {
  DefaultLogger,
  bundleWorkflowCode,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker'
import type { DataConverter } from '@temporalio/common'
import { siblingFile } from '../sibling.ts'

const bundles = new Map<string, Promise<WorkflowBundleWithSourceMap>>()

/** Bundles the workflows once a process (about a second), with the failure converter that client and worker use. */
export async function bundleWorkflows(
  dataConverter: DataConverter | undefined,
): Promise<WorkflowBundleWithSourceMap> {
  const failureConverterPath = dataConverter?.failureConverterPath
  const known = bundles.get(failureConverterPath ?? '')
  if (known) return await known
  const bundle = bundleWorkflowCode({
    workflowsPath: siblingFile(import.meta.url, '../workflows/index'),
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
    // Webpack's report of twenty lines is nobody's concern unless it is an error.
    logger: new DefaultLogger('ERROR'),
  })
  bundles.set(failureConverterPath ?? '', bundle)
  return await bundle
}
