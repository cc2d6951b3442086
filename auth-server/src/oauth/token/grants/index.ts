// The table of grants; dispatch and discovery read it.
import { AUTHORIZATION_CODE } from './authorization-code.ts'
import { CLIENT_CREDENTIALS } from './client-credentials.ts'
import type { Grant } from './grant.ts'
import { REFRESH_TOKEN } from './refresh-token.ts'

export const GRANTS: ReadonlyMap<string, Grant> = new Map([
  ['authorization_code', AUTHORIZATION_CODE],
  ['refresh_token', REFRESH_TOKEN],
  ['client_credentials', CLIENT_CREDENTIALS],
])
