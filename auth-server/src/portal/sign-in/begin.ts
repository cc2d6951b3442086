// The portal begins a sign-in as any application does: an authorization request with PKCE, state and nonce of this browser.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hmac, sha256 } from '../../crypto/digest.ts'
import { randomSecret } from '../../crypto/random.ts'
import { type KnownSecrets, withEach } from '../../crypto/secrets.ts'
import type { Deps } from '../../deps.ts'
import { Parameters } from '../../http/parameters.ts'
import { type PortalSignIn, portalCookiesFor } from '../../http/portal-cookies.ts'
import { isPageBelow } from '../../http/request-path.ts'
import { MFA_ACR } from '../../identity/acr.ts'
import { RECENT_SECONDS } from '../../identity/full-login.ts'
import { AUTHORIZE_PATH, PORTAL_PATH } from '../../interaction/paths.ts'
import { uiLocalesOf } from '../../pages/language.ts'
import { PORTAL_CLIENT } from '../../store/tables/applications.ts'
import { CALLBACK_PATH } from '../paths.ts'

/** What a page asks of whoever opens it. */
export interface WantedSignIn {
  /** Where it leads back to: the path of a page of the portal, with its query. */
  readonly returnTo: string
  readonly isRecent?: boolean
  /** Two factors are insisted on. */
  readonly isStrong?: boolean
  /** The session of the browser does not do: it outlives the browser. */
  readonly isFresh?: boolean
}

/** What only this browser and this server know of a sign-in (RFC 7636 §4.1; OpenID Connect Core §3.1.2.1); by each secret. */
export function secretsOf(cookieSecrets: KnownSecrets, { id, secret }: Pick<PortalSignIn, 'id' | 'secret'>) {
  return withEach(cookieSecrets, (key) => {
    const made = (what: string) => hmac(key, `portal ${what}`, secret, id)
    return { state: `${id}.${made('state')}`, nonce: made('nonce'), verifier: made('verifier') }
  })
}

/** A cookie holds no more than that. */
const MAX_RETURN_LENGTH = 500

export function beginSignIn(
  { config }: Pick<Deps, 'config'>,
  request: FastifyRequest,
  reply: FastifyReply,
  { returnTo, isRecent = false, isStrong = false, isFresh = false }: WantedSignIn,
): FastifyReply {
  const { issuer, cookieSecrets } = config
  const signIn = { id: randomSecret(16), secret: randomSecret(), returnTo: pageOfPortal(issuer, returnTo) }
  const [{ state, nonce, verifier }] = secretsOf(cookieSecrets, signIn)
  const uiLocales = request.uiLocales ?? uiLocalesOf(Parameters.ofUrl(request.raw.url ?? ''))
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: PORTAL_CLIENT,
    redirect_uri: issuer + CALLBACK_PATH,
    scope: 'openid',
    state,
    nonce,
    code_challenge: sha256(verifier),
    code_challenge_method: 'S256',
    ...(isRecent && { max_age: String(RECENT_SECONDS) }),
    // Essential: who has no second factor is told so, and does not go round in a circle.
    ...(isStrong && { claims: JSON.stringify({ id_token: { acr: { essential: true, values: [MFA_ACR] } } }) }),
    ...(isFresh && { prompt: 'login' }),
    ...(uiLocales.length > 0 && { ui_locales: uiLocales.join(' ') }),
  })
  portalCookiesFor(issuer).beginSignIn(reply, signIn)
  return reply.redirect(`${AUTHORIZE_PATH}?${parameters}`, 303)
}

/** What is no page of the portal leads to its first. */
export function pageOfPortal(issuer: string, text: string): string {
  const [path = ''] = text.split('?', 1)
  const page = [text, path].find((each) => each.length <= MAX_RETURN_LENGTH && isPageBelow(PORTAL_PATH, issuer, each))
  return page ?? PORTAL_PATH
}
