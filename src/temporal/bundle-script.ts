import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'
import { siblingFile } from '../sibling.ts'

/** Run by `bundleWorkflows` as a process, with the paths of a failure converter (or '') and of interceptors: the bundle as JSON on stdout. */
const [failureConverterPath = '', ...workflowInterceptorModules] = process.argv.slice(2)
const bundle = await bundleWorkflowCode({
  workflowsPath: siblingFile(import.meta.url, '../workflows/index'),
  workflowInterceptorModules,
  ...(failureConverterPath === '' ? {} : { failureConverterPath }),
  // Webpack's report of twenty lines is nobody's concern unless it is an error.
  logger: new DefaultLogger('ERROR'),
})
process.stdout.write(JSON.stringify(bundle))
