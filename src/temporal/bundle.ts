import {
  DefaultLogger,
  bundleWorkflowCode,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker'
import { siblingFile } from '../sibling.ts'
import type { TemporalClient } from './client.ts'

const bundles = new Map<string, Promise<WorkflowBundleWithSourceMap>>()

export type BundledFor = Pick<TemporalClient, 'dataConverter' | 'tracing'>

/** Bundles the workflows once a process (about a second), with the failure converter that client and worker use. */
export async function bundleWorkflows({
  dataConverter,
  tracing,
}: BundledFor): Promise<WorkflowBundleWithSourceMap> {
  const failureConverterPath = dataConverter?.failureConverterPath
  const workflowInterceptorModules = [...(tracing?.workflowModules ?? [])]
  const key = JSON.stringify([failureConverterPath, workflowInterceptorModules])
  const known = bundles.get(key)
  if (known) return await known
  const bundle = bundleWorkflowCode({
    workflowsPath: siblingFile(import.meta.url, '../workflows/index'),
    workflowInterceptorModules,
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
    // Webpack's report of twenty lines is nobody's concern unless it is an error.
    logger: new DefaultLogger('ERROR'),
  })
  bundles.set(key, bundle)
  return await bundle
}
