import { createHash } from 'node:crypto'
import type { WorkflowExecutionDescription } from '@temporalio/client'
import type { WorkerDeploymentVersion } from '@temporalio/common'
import protos from '@temporalio/proto'
import type { Config } from '../config.ts'
import { VERSION } from '../version.ts'
import { bundleWorkflows } from './bundle.ts'
import type { TemporalClient } from './client.ts'
import { findBuilds } from './pollers.ts'

/**
 * Worker versioning: which build of the workflows a process runs. Short runs end on the build that began them, long ones move on to
 * the current one (workflows/index.ts). Without a name of the deployment nothing is versioned, as on a dev server.
 */

const { VERSIONING_BEHAVIOR_PINNED } = protos.temporal.api.enums.v1.VersioningBehavior

const DEADLINE_MS = 3_000

/** @returns undefined in plain mode */
export async function ownVersion(
  config: Pick<Config, 'WORKER_DEPLOYMENT' | 'WORKER_BUILD_ID'>,
  temporal: TemporalClient,
): Promise<WorkerDeploymentVersion | undefined> {
  const { WORKER_DEPLOYMENT: deploymentName, WORKER_BUILD_ID: given } = config
  if (deploymentName === undefined) return undefined
  return { deploymentName, buildId: given ?? (await bundleBuildId(temporal)) }
}

/** Two builds with the same workflows are one: replaying is what the difference is about. */
async function bundleBuildId(temporal: TemporalClient): Promise<string> {
  const { code } = await bundleWorkflows(temporal)
  return `${VERSION}-${createHash('sha256').update(code).digest('hex').slice(0, 12)}`
}

/**
 * Makes this build the one that new and long runs go to, when there is none or that one is older: an old process that starts again
 * takes nothing back. @returns false while the server does not know the build yet, so that it has to be asked again
 */
export async function promote(
  temporal: TemporalClient,
  { deploymentName, buildId }: WorkerDeploymentVersion,
): Promise<boolean> {
  const { client, namespace, within } = temporal
  const deployment = await describe(temporal, deploymentName)
  const builds = new Map(
    (deployment?.versionSummaries ?? []).map((one) => [
      one.deploymentVersion?.buildId,
      Number(one.createTime?.seconds ?? 0),
    ]),
  )
  const own = builds.get(buildId)
  if (own === undefined) return false
  const current = deployment?.routingConfig?.currentDeploymentVersion?.buildId
  if (current === buildId || (current && (builds.get(current) ?? 0) > own)) return true
  await within(DEADLINE_MS, async () => {
    await client.workflowService.setWorkerDeploymentCurrentVersion({
      namespace,
      deploymentName,
      buildId,
      identity: client.options.identity,
      // The other queues of this process join the version as they begin to be polled.
      ignoreMissingTaskQueues: true,
    })
  })
  return true
}

async function describe({ client, namespace, within }: TemporalClient, deploymentName: string) {
  const { workerDeploymentInfo } = await within(
    DEADLINE_MS,
    async () =>
      await client.workflowService
        .describeWorkerDeployment({ namespace, deploymentName })
        .catch(unlessUnknown),
  )
  return workerDeploymentInfo
}

/** https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const NOT_FOUND = 5

function unlessUnknown(error: unknown): { workerDeploymentInfo?: undefined } {
  if (error instanceof Error && 'code' in error && error.code === NOT_FOUND) return {}
  throw error
}

/**
 * The build that a run needs and no worker runs, or null. A pinned run needs its own, any other versioned one the current build.
 * @param goneAfterMs a worker that has not polled for so long is gone
 */
export async function missingBuild(
  temporal: TemporalClient,
  run: WorkflowExecutionDescription,
  goneAfterMs: number,
): Promise<string | null> {
  const versioning = run.raw.workflowExecutionInfo?.versioningInfo
  const behavior = versioning?.versioningOverride?.behavior || versioning?.behavior
  const { deploymentName, buildId } = versioning?.deploymentVersion ?? {}
  // Unspecified is 0: not versioned.
  if (!behavior || !deploymentName) return null
  const needed =
    behavior === VERSIONING_BEHAVIOR_PINNED
      ? buildId
      : (await describe(temporal, deploymentName))?.routingConfig?.currentDeploymentVersion?.buildId
  if (!needed) return null
  const running = await findBuilds(temporal, { deploymentName, goneAfterMs })
  return running.has(needed) ? null : needed
}
