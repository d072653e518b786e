import { createRequire } from 'node:module'
import type { WorkflowClientInterceptor } from '@temporalio/client'
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker'
import type { OpenTelemetrySinks } from '@temporalio/interceptors-opentelemetry'
import type { Tracing } from '../tracing.ts'

/** What carries a trace from a client through a run into its steps. */
export interface TemporalTracing {
  readonly client: WorkflowClientInterceptor
  /** Has to stand before whatever translates failures, so that spans bear codes and not what was thrown. */
  readonly activity: ActivityInterceptorsFactory
  readonly workflowModules: readonly string[]
  readonly sinks: InjectedSinks<OpenTelemetrySinks>
}

export async function traceTemporal({ processor, resource }: Tracing): Promise<TemporalTracing> {
  const otel = await import('@temporalio/interceptors-opentelemetry')
  return {
    client: new otel.OpenTelemetryWorkflowClientInterceptor(),
    activity: (context) => ({
      inbound: new otel.OpenTelemetryActivityInboundInterceptor(context),
    }),
    workflowModules: [
      createRequire(import.meta.url).resolve(
        '@temporalio/interceptors-opentelemetry/lib/workflow-interceptors',
      ),
    ],
    sinks: { exporter: otel.makeWorkflowExporter(processor, resource) },
  }
}
