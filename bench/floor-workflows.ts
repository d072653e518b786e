import { proxyActivities } from '@temporalio/workflow'

const { nothing } = proxyActivities<{ nothing: () => Promise<void> }>({
  startToCloseTimeout: '1m',
})

/** The floor of a run of so many steps: as many that do nothing. */
export async function steps(count: number): Promise<void> {
  for (let step = 0; step < count; step += 1) await nothing()
}
