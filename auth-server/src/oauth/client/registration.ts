// POST /register (RFC 7591): a client registers itself, for whoever holds an initial access token.
import type { RouteHandlerMethod } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { createApplication, InvalidApplication } from '../../catalogue/applications.ts'
import { sha256 } from '../../crypto/digest.ts'
import type { Deps } from '../../deps.ts'
import { jsonOf } from '../../http/json.ts'
import { spendInitialAccessToken } from '../../store/tables/initial-access-tokens.ts'
import { bearerError, requirePresentedToken } from '../bearer.ts'
import { OAuthError } from '../errors.ts'
import { readClientMetadata, writeClientMetadata } from './metadata.ts'

/**
 * The answer holds no `scope`: a new client may use no API before a subscription of its own is approved, and the scopes
 * come with that. Until then /authorize and /token answer unauthorized_client.
 */
export function registrationHandler({ db, config }: Deps): RouteHandlerMethod {
  return async (request, reply) => {
    const tokenHash = sha256(requirePresentedToken(request, 'bearer').token)
    const body = jsonOf(request)
    if (!body) throw new OAuthError('invalid_request', 'send the metadata as application/json in the body')
    const context = ofRequest(request)
    // One transaction: of parallel callers no more than the token's uses get through, and a refusal uses none up.
    const registered = await db.transaction().execute(async (trx) => {
      if (!(await spendInitialAccessToken(trx, tokenHash)))
        throw bearerError('invalid_token', 'the initial access token is unknown, used up or expired')
      const { application, said } = readClientMetadata(body, config.issuer)
      const created = await createApplication(trx, application, config.issuer, { context }, 'succeeded').catch(rethrow)
      return { ...application, said, ...created }
    })
    request.log.info({ event: 'client_registered', clientId: registered.clientId }, 'a client registered itself')
    return reply.code(201).send({
      client_id: registered.clientId,
      client_id_issued_at: registered.createdAt,
      // 0: it does not expire.
      ...(registered.clientSecret && { client_secret: registered.clientSecret, client_secret_expires_at: 0 }),
      ...writeClientMetadata(registered),
      ...registered.said,
    })
  }
}

function rethrow(error: unknown): never {
  if (!(error instanceof InvalidApplication)) throw error
  throw new OAuthError(
    error.about === 'redirect URI' ? 'invalid_redirect_uri' : 'invalid_client_metadata',
    error.message,
  )
}
