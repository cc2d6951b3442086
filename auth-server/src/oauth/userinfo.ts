// GET and POST /userinfo: what a person's access token may learn about that person (OpenID Connect Core §5.3).
import type { FastifyInstance, RouteHandlerMethod } from 'fastify'
import { openedBy } from '../catalogue/openid-scopes.ts'
import type { Deps } from '../deps.ts'
import { allowOnly } from '../http/methods.ts'
import { findClaims } from '../store/tables/claims.ts'
import { readAccessToken } from '../tokens/access-token.ts'
import { bearerError, readPresentedToken, TOKEN_CHALLENGE } from './bearer.ts'
import { giveNonce, requirePossession } from './dpop/proof.ts'

const PATH = '/userinfo'
const NOT_VALID = 'the access token is not valid any more'

export function addUserinfo(app: FastifyInstance, deps: Deps): void {
  const { db, keys, config } = deps
  const handler: RouteHandlerMethod = async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
    const presented = readPresentedToken(request)
    if (!presented) return reply.code(401).header('www-authenticate', TOKEN_CHALLENGE).send({ message: 'Unauthorized' })
    const token = await readAccessToken(config.issuer, keys, presented.token)
    if (!token) throw bearerError('invalid_token', NOT_VALID)
    const { grantId, scopes } = token
    if (grantId === undefined) throw bearerError('invalid_token', 'the access token speaks for no person')
    const person = await findClaims(db, { ...token, grantId })
    if (!person) throw bearerError('invalid_token', NOT_VALID)
    if (!scopes.includes('openid')) throw bearerError('insufficient_scope', 'the scope openid is missing', 'openid')
    await requirePossession(deps, request, reply, presented, token.dpopJkt)
    return openedBy(scopes, person)
  }
  app.route({ method: ['GET', 'POST'], url: PATH, handler, onSend: giveNonce(deps) })
  allowOnly(app, PATH, ['GET', 'POST'])
}
