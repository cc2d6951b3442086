// What gateways count to, beside the plans of an API: one short word for each limit, and all of it for programs.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { each } from '@mobile-api-gateway/sdk/management/index.ts'
import type { VerbCall } from './verb.ts'

const PER = { user: 'person', attested: 'attested-device', application: 'app' } as const

/** APIs with the limits of their plans: `basic=60/minute/person`, and `basic=60|90/minute/person` where gateways disagree. */
export async function addLimits({ client }: VerbCall, apis: readonly unknown[]): Promise<readonly unknown[]> {
  const told: OperationAnswer<'plans.list'>['items'] = []
  for await (const plan of each(client.plans.list, {})) told.push(plan)
  return apis.map((api) => {
    const id: unknown = typeof api === 'object' && api !== null && 'id' in api ? api.id : undefined
    const limits = told.flatMap(({ name: plan, limits }) =>
      limits
        .filter(({ api_id }) => api_id === id)
        .map(({ counted, period, said }) => ({
          name: `${plan}=${said.map(({ calls }) => calls).join('|')}/${period}/${PER[counted]}`,
          ...{ plan, counted, period, said },
        })),
    )
    return { ...Object(api), limits }
  })
}
