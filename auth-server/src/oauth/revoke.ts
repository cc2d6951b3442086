// POST /revoke (RFC 7009): an app is done with a token; the whole installation ends, and gateways hear of it.
import type { RouteHandlerMethod } from 'fastify'
import { type AuditContext, ofRequest } from '../audit/context.ts'
import { record } from '../audit/record.ts'
import { noteEvidence } from '../catalogue/evidence.ts'
import type { Deps } from '../deps.ts'
import type { Client } from '../store/queries/clients.ts'
import { endFamilyOfClient } from '../store/tables/refresh-families.ts'
import { readAccessToken } from '../tokens/access-token.ts'
import { parseRefreshToken } from '../tokens/refresh-token.ts'
import { authenticateClient } from './client/authentication.ts'
import { OAuthError } from './errors.ts'
import { readForm } from './form-request.ts'

export function revocationHandler(deps: Deps): RouteHandlerMethod {
  return async (request, reply) => {
    const parameters = readForm(request)
    const client = await authenticateClient(deps, parameters, request)
    const token = parameters.get('token')
    if (token === undefined) throw new OAuthError('invalid_request', 'token is missing')
    // A token tells its kind by its shape, so token_type_hint has nothing to add (§2.1).
    const ended = await revoke(deps, client, token, ofRequest(request))
    if (ended) await noteEvidence(deps.db, client.applicationId, [{ fact: 'revoked' }])
    if (ended) request.log.info({ event: 'token_revoked', clientId: client.clientId, grantId: ended }, 'tokens revoked')
    // §2.2: unknown, foreign or ended already, the answer is the same; the client could do nothing about it.
    // It has nothing to say, but there are clients that read every answer as JSON.
    return reply.code(200).send({})
  }
}

/** Ends what the token stands for, and returns the family that ended now, if one did. */
async function revoke(
  { db, config, keys }: Deps,
  { clientId, readAt }: Client,
  token: string,
  context: AuditContext,
): Promise<string | undefined> {
  const end = (family: Parameters<typeof endFamilyOfClient>[1]) =>
    db.transaction().execute(async (trx) => {
      const whose = await endFamilyOfClient(trx, family)
      if (whose) await record(trx, { type: 'revocation', outcome: 'by-app', ...whose }, context)
      return whose && family.id
    })
  // Any generation will do, also a spent one: the app whose last answer was lost can still log out.
  const refreshToken = parseRefreshToken(config.tokenSecrets, token)
  if (refreshToken) {
    const id = refreshToken.familyId
    return end({ id, clientId, unlessAfter: null })
  }
  const accessToken = await readAccessToken(config.issuer, keys, token)
  // An expired access token proves nothing any more; old logs are full of them.
  if (!accessToken || accessToken.clientId !== clientId || accessToken.expiresAt <= readAt) return undefined
  const { grantId, expiresAt } = accessToken
  if (grantId === undefined)
    // To say 200 here would be a promise that no gateway keeps (§2.2.1).
    throw new OAuthError('unsupported_token_type', 'a token of client_credentials ends by its short expiry only')
  return end({ id: grantId, clientId, unlessAfter: expiresAt })
}
