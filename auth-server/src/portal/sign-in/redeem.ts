// The portal redeems its code at the token endpoint, and holds the ID token against what it asked for (OpenID Connect Core §3.1.3.7).
import type { FastifyRequest } from 'fastify'
import type { Deps } from '../../deps.ts'
import { TOKEN_PATH } from '../../interaction/paths.ts'
import { PORTAL_CLIENT } from '../../store/tables/applications.ts'
import { readAccessToken } from '../../tokens/access-token.ts'
import { readOwnToken, textClaim } from '../../tokens/own-token.ts'
import { CALLBACK_PATH } from '../paths.ts'

/** A login of the portal's application. */
export interface PortalLogin {
  readonly personId: string
  readonly sessionId: string
  readonly familyId: string
  readonly idToken: string
}

/** The login; or why there is none. */
export async function redeemPortalCode(
  { config, keys }: Pick<Deps, 'config' | 'keys'>,
  request: FastifyRequest,
  { code, verifier, nonce }: Readonly<{ code: string; verifier: string; nonce: string }>,
): Promise<PortalLogin | string> {
  const { issuer } = config
  const answer = await request.server.inject({
    method: 'POST',
    url: TOKEN_PATH,
    remoteAddress: request.ip,
    headers: { 'content-type': 'application/x-www-form-urlencoded', host: new URL(issuer).host },
    payload: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: PORTAL_CLIENT,
      redirect_uri: issuer + CALLBACK_PATH,
      code,
      code_verifier: verifier,
    }).toString(),
  })
  const body = new Map<string, unknown>(Object.entries(Object(answer.json())))
  const [idToken, accessToken] = [body.get('id_token'), body.get('access_token')]
  if (answer.statusCode !== 200 || typeof idToken !== 'string' || typeof accessToken !== 'string')
    return `the token endpoint answered ${answer.statusCode} ${String(body.get('error'))}`
  const claims = await readOwnToken(issuer, keys, 'JWT', idToken)
  const access = await readAccessToken(issuer, keys, accessToken)
  const [personId, sessionId] = [claims && textClaim(claims, 'sub'), claims && textClaim(claims, 'sid')]
  if (claims?.aud !== PORTAL_CLIENT || claims.nonce !== nonce || !personId || !sessionId || !access?.grantId)
    return 'the ID token is not the one that was asked for'
  return { personId, sessionId, familyId: access.grantId, idToken }
}
