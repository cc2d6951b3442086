// Who calls, by the access token itself: for backends to which the gateway forwards it, or that have no gateway.
import type { IncomingMessage } from 'node:http'
import type { AccessTokenPolicy } from './access-token-policy.ts'
import type { Identity } from './identity.ts'
import { IdentityError } from './identity-error.ts'
import type { IdentitySource } from './identity-source.ts'
import type { VerifiedToken } from './token-claims.ts'
import { verifyAccessToken } from './verify-access-token.ts'

/** The caller that a verified token is of. */
export function identityOfToken(token: VerifiedToken): Identity {
  const { kind, subject, isAttested, clientId, applicationId, scopes, issuer } = token
  const app = { clientId, applicationId, scopes, issuer }
  return kind === 'application' ? { kind, ...app } : { kind, userId: subject, isAttested, ...app }
}

/** By the access token in the Authorization header. A call without one is anonymous, and most routes refuse it then. */
export function tokenIdentity(policy: AccessTokenPolicy): IdentitySource {
  return async (request) => {
    const { headers, headersDistinct, method = '' } = request
    if (headers.authorization === undefined) return { kind: 'anonymous' }
    // Node keeps the first of several; which one another reader keeps nobody knows.
    if ((headersDistinct.authorization ?? []).length > 1)
      throw new IdentityError('duplicate_header', { detail: 'Authorization' })
    const proof = headersDistinct.dpop?.join(', ')
    const presented = { authorization: headers.authorization, proof, method, path: pathOf(request) }
    return identityOfToken(await verifyAccessToken(presented, policy))
  }
}

/** As it was called: a router of Express that is mounted somewhere sees only the end of it in `url`. */
function pathOf(request: IncomingMessage): string {
  const originalUrl = 'originalUrl' in request ? request.originalUrl : undefined
  return typeof originalUrl === 'string' ? originalUrl : (request.url ?? '')
}
