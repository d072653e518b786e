import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'
import { siblingFile } from '../sibling.ts'

/** Run by `bundleWorkflows` as a process: the workflows' bundle as JSON on stdout. */
const [failureConverterPath = ''] = process.argv.slice(2)
const bundle = await bundleWorkflowCode({
  workflowsPath: siblingFile(import.meta.url, '../workflows/index'),
  ...(failureConverterPath === '' ? {} : { failureConverterPath }),
  // Webpack's report of twenty lines is nobody's concern unless it is an error.
  logger: new DefaultLogger('ERROR'),
})
process.stdout.write(JSON.stringify(bundle))
