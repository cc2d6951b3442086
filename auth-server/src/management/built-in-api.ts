// The management API as an API of the server itself: machine clients are subscribed to it, with the scopes that they get.
import { MANAGEMENT_PATH, MANAGEMENT_SCOPES } from '@mobile-api-gateway/sdk/contract/scopes.ts'
import type { ApiDefinition } from '../catalogue/apis.ts'
import { MANAGEMENT_API } from '../store/tables/apis.ts'

/** Its only plan; no gateway counts its calls. */
export const MANAGEMENT_PLAN = 'management'

export function managementApi(issuer: string): ApiDefinition {
  return {
    id: MANAGEMENT_API,
    name: 'Management',
    resource: issuer + MANAGEMENT_PATH,
    scopes: MANAGEMENT_SCOPES,
    plans: [MANAGEMENT_PLAN],
  }
}
