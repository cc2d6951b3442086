// The table of grants; /token, registration, discovery and misplaced-parameter.ts read it.
import { DEVICE_GRANT } from '../../device/guests.ts'
import { authorizationCode } from './authorization-code.ts'
import { clientCredentials } from './client-credentials.ts'
import { device } from './device.ts'
import type { Grant } from './grant.ts'
import { refreshToken } from './refresh-token.ts'

export const GRANTS: ReadonlyMap<string, Grant> = new Map<string, Grant>([
  [
    'authorization_code',
    { parameters: ['code', 'code_verifier', 'redirect_uri'], read: authorizationCode, givesRefresh: true },
  ],
  ['refresh_token', { parameters: ['refresh_token', 'scope'], read: refreshToken, givesRefresh: false }],
  ['client_credentials', { parameters: ['scope'], read: clientCredentials, givesRefresh: false }],
  [DEVICE_GRANT, { parameters: ['assertion', 'scope'], read: device, givesRefresh: false }],
])

/** The grants whose answer can bring a refresh token, so that `refresh_token` is of use beside them. */
export const GRANTS_WITH_REFRESH: readonly string[] = [...GRANTS].flatMap(([name, grant]) =>
  grant.givesRefresh ? [name] : [],
)
