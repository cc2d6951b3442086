// For backends: who calls, by the gateway's headers or by the access token itself.
export { IDENTITY_HEADER, IDENTITY_KINDS, type IdentityKind } from '../identity-headers.ts'
export {
  type AccessTokenPolicy,
  type AccessTokenSettings,
  accessTokenPolicy,
  type ProofOptions,
} from './access-token-policy.ts'
export { demandIdentity, type IdentityDemand } from './demand-identity.ts'
export { fakeIdentity } from './fake-identity.ts'
export type { HeaderInput } from './header-values.ts'
export type {
  AccountIdentity,
  AnonymousIdentity,
  ApplicationIdentity,
  GuestIdentity,
  Identity,
  IdentityOf,
} from './identity.ts'
export { IdentityError, type IdentityErrorCode } from './identity-error.ts'
export { gatewayIdentity, type IdentitySource } from './identity-source.ts'
export { readClaimHeader, readClaimListHeader } from './read-claim-header.ts'
export { type GatewayTrust, readIdentity } from './read-identity.ts'
export type { VerifiedToken } from './token-claims.ts'
export { identityOfToken, tokenIdentity } from './token-identity.ts'
export { type PresentedCredentials, verifyAccessToken } from './verify-access-token.ts'
export { HookError, type VerifiedHook, verifyHook } from './verify-hook.ts'
