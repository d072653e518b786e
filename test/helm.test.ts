import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { environmentSchema } from '../src/config.ts'
import { findHelm } from './support/helm.ts'

/** deploy/helm/memoir, linted and rendered; nothing here starts it. */

const run = promisify(execFile)
const CHART = join(import.meta.dirname, '..', 'deploy', 'helm', 'memoir')

const helm = await findHelm()
if (helm === undefined) {
  console.log(
    'The chart is not tested: there is no helm. scripts/install-helm.sh builds it with Go.',
  )
}

const NEEDED = ['existingSecret=memoir']

async function helmRun(...args: string[]): Promise<string> {
  return (await run(helm ?? '', args, { env: { HOME: '/nowhere', PATH: '/usr/bin:/bin' } })).stdout
}

const resource = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({}).optional(),
})
type Resource = z.infer<typeof resource>

async function render(...values: string[]): Promise<Resource[]> {
  const set = [...NEEDED, ...values].flatMap((value) => ['--set', value])
  const text = await helmRun('template', 'm', CHART, '--kube-version', '1.30.0', ...set)
  return parseAllDocuments(text).flatMap((document) => {
    const value: unknown = document.toJS()
    return value === null ? [] : [resource.parse(value)]
  })
}

const container = z.looseObject({
  args: z.array(z.string()),
  env: z.array(z.object({ name: z.string(), value: z.string() })),
  envFrom: z.array(z.unknown()),
  securityContext: z.unknown(),
})
const pods = z.object({
  template: z.object({
    spec: z.looseObject({ containers: z.array(container), securityContext: z.unknown() }),
  }),
})

const all = ['worker.autoscaling.enabled=true', 'ingress.enabled=true', 'temporal.tlsSecret=tls']

describe.skipIf(helm === undefined)('the chart', () => {
  test('passes the linter, with what is off by itself as well', async () => {
    for (const values of [NEEDED, [...NEEDED, ...all]]) {
      const set = values.flatMap((value) => ['--set', value])
      expect(await helmRun('lint', '--strict', CHART, ...set)).toContain('0 chart(s) failed')
    }
  })

  test('asks for the Secret, and puts no secret anywhere itself', async () => {
    await expect(helmRun('template', 'm', CHART, '--kube-version', '1.30.0')).rejects.toThrow(
      'existingSecret: name the Secret',
    )
    const rendered = await render(...all)
    expect(rendered.filter(({ kind }) => kind === 'Secret')).toEqual([])
  })

  test('has api, worker and migration, each from the Secret, without root or privileges', async () => {
    const rendered = await render('env.LLM_MODEL=a-model')
    const programs = rendered.filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
    const containers = programs.flatMap(({ spec }) => pods.parse(spec).template.spec.containers)
    expect(containers.map(({ args }) => args.join(' ')).toSorted()).toEqual([
      'api',
      'migrate',
      'worker',
    ])
    const known = Object.keys(environmentSchema.shape)
    for (const { env, envFrom, securityContext } of containers) {
      expect(envFrom).toEqual([{ secretRef: { name: 'memoir' } }])
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      expect(env).toContainEqual({ name: 'LLM_MODEL', value: 'a-model' })
      // A variable that Memoir does not know would be set for nothing.
      expect(env.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([])
    }
    for (const { spec } of programs) {
      expect(pods.parse(spec).template.spec.securityContext).toMatchObject({ runAsNonRoot: true })
    }
  })

  test('api and worker have probes, a budget for disruptions and a policy of the network', async () => {
    const rendered = await render()
    for (const part of ['m-memoir-api', 'm-memoir-worker']) {
      const deployment = rendered.find(
        ({ kind, metadata }) => kind === 'Deployment' && metadata.name === part,
      )
      const [only] = pods.parse(deployment?.spec).template.spec.containers
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
        expect(only).toHaveProperty(probe)
      }
      expect(rendered).toContainEqual(
        expect.objectContaining({
          kind: 'PodDisruptionBudget',
          metadata: expect.objectContaining({ name: part }),
        }),
      )
    }
    const policy = rendered.find(({ kind }) => kind === 'NetworkPolicy')
    expect(policy?.spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'], ingress: [] })
  })

  test('workers are scaled by the backlog of every queue that they serve', async () => {
    const scaled = (await render(...all)).find(({ kind }) => kind === 'ScaledObject')
    const { triggers } = z
      .object({ triggers: z.array(z.looseObject({ metadata: z.record(z.string(), z.string()) })) })
      .parse(scaled?.spec)
    expect(triggers.map(({ metadata }) => metadata['taskQueue'])).toEqual([
      'memoir',
      'memoir-models',
      'memoir-bulk',
    ])
    const workers = (await render('worker.autoscaling.enabled=true')).find(
      ({ metadata }) => metadata.name === 'm-memoir-worker',
    )
    expect(workers?.spec).not.toHaveProperty('replicas')
  })
})
