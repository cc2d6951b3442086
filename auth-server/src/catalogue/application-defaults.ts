// What an application is where its definition says nothing.
import type { ApplicationDefinition } from './applications.ts'

const DAY_SECONDS = 24 * 3600

export const APPLICATION_DEFAULTS = {
  redirectUris: [],
  authMethod: 'none',
  grantTypes: ['authorization_code', 'refresh_token'],
  pkceRequired: true,
  refreshIdleSeconds: 30 * DAY_SECONDS,
  refreshAbsoluteSeconds: 365 * DAY_SECONDS,
  requirePushedRequests: false,
  dpopBound: false,
  idTokenAlg: 'ES256',
  claimsInIdToken: false,
  accessTokenAlg: 'ES256',
  postLogoutRedirectUris: [],
  backchannelLogoutUri: null,
  defaultAcrValues: [],
  signIn: null,
  brandColor: null,
  policyUri: null,
  tosUri: null,
  supportContact: null,
} as const satisfies Partial<ApplicationDefinition>
