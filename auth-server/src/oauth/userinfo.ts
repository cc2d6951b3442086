// GET and POST /userinfo: what a person's access token may learn about that person (OpenID Connect Core §5.3).
import type { RouteHandlerMethod } from 'fastify'
import { openedBy } from '../catalogue/openid-scopes.ts'
import type { Deps } from '../deps.ts'
import { findClaims } from '../store/queries/claims.ts'
import { readAccessToken } from '../tokens/access-token.ts'
import { bearerError, requirePresentedToken } from './bearer.ts'
import { requirePossession } from './dpop/proof.ts'

const NOT_VALID = 'the access token is not valid any more'

export function userinfoHandler(deps: Deps): RouteHandlerMethod {
  const { db, keys, config } = deps
  return async (request, reply) => {
    const presented = requirePresentedToken(request)
    const token = await readAccessToken(config.issuer, keys, presented.token)
    if (!token) throw bearerError('invalid_token', NOT_VALID)
    const { grantId, scopes } = token
    if (grantId === undefined) throw bearerError('invalid_token', 'the access token speaks for no person')
    const told = await findClaims(db, { ...token, grantId })
    if (!told) throw bearerError('invalid_token', NOT_VALID)
    if (!scopes.includes('openid')) throw bearerError('insufficient_scope', 'the scope openid is missing', 'openid')
    await requirePossession(deps, request, reply, presented, token.dpopJkt)
    return { ...told.added, ...openedBy(scopes, told.person, told.asked?.userinfo, told.allowed) }
  }
}
