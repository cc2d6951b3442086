// The table of grants; /token, registration and discovery read it.
import { authorizationCode } from './authorization-code.ts'
import { clientCredentials } from './client-credentials.ts'
import type { Grant } from './grant.ts'
import { refreshToken } from './refresh-token.ts'

export const GRANTS: ReadonlyMap<string, Grant> = new Map<string, Grant>([
  ['authorization_code', authorizationCode],
  ['refresh_token', refreshToken],
  ['client_credentials', clientCredentials],
])
