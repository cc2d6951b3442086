// Step 4 of /authorize: everything else that was asked, each check one named step (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1).

import type { Deps } from '../../deps.ts'
import { emailKey, MAX_EMAIL_LENGTH } from '../../identity/email.ts'
import { type OfferedWays, offeredWays } from '../../identity/federation/offered.ts'
import { uiLocalesOf } from '../../pages/language.ts'
import type { Subscription } from '../../store/queries/clients.ts'
import { OWN_ACCOUNTS } from '../../store/tables/apis.ts'
import type { StoredRequest } from '../../store/tables/authorization-requests.ts'
import { codeKey } from '../dpop/jkt.ts'
import { OAuthError } from '../errors.ts'
import { resourcesFor } from '../fixed-api.ts'
import { requireChallenge } from '../pkce.ts'
import { requireSubscription } from '../resource.ts'
import { grantableScopes, parseScope } from '../scope.ts'
import { requireGrant } from '../token/grants/grant.ts'
import { readAcr } from './acr-request.ts'
import { askedClaims, expectedSubject, readClaims } from './claims-request.ts'
import type { TrustedRedirect } from './trusted-redirect.ts'

export const RESPONSE_TYPES = ['code'] as const
export const RESPONSE_MODES = ['query'] as const
export const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const
const MAY_REPEAT = new Set(['resource'])

export type ValidRequest = TrustedRedirect & Readonly<{ subscription: Subscription; request: StoredRequest }>

/**
 * @param fixed the resource that the endpoint itself fixes, if it does.
 * @throws {OAuthError} | {ParameterError} which the caller turns into a redirect with `error`, `state` and `iss`.
 */
export function validate(
  { providers }: Pick<Deps, 'providers'>,
  trusted: TrustedRedirect,
  fixed: string | undefined,
): ValidRequest {
  const { parameters, client, pushed, redirectUri } = trusted
  parameters.requireSound(MAY_REPEAT)
  requireGrant(client, 'authorization_code')
  requirePushed(trusted)
  refuseRequestObjects(trusted)
  requireCodeResponse(trusted)
  const nonce = readNonce(parameters.get('nonce'))
  const challenge = parameters.get('code_challenge')
  const method = parameters.get('code_challenge_method')
  const codeChallenge = requireChallenge({ challenge, method, nonce }, client.pkceRequired)
  const subscription = requireSubscription(client, resourcesFor(fixed, parameters.getAll('resource')))
  const offered = subscription.scopes.map(({ name }) => name)
  const scopes = grantableScopes(parseScope(parameters.get('scope')), offered)
  const deviceJkt = readDevice(trusted, codeChallenge)
  const dpopJkt = codeKey(parameters.get('dpop_jkt'), pushed?.dpopJkt ?? null)
  const state = parameters.get('state')
  const loginHint = readLoginHint(parameters.get('login_hint'))
  const loginHintKey = loginHint === undefined ? undefined : emailKey(loginHint)
  const maxAgeSeconds = readMaxAge(parameters.get('max_age'))
  const claims = readClaims(parameters.get('claims'))
  const acr = readAcr(claims, parameters.get('acr_values'), client.defaultAcrValues)
  // Without `openid` there is neither an ID token nor userinfo.
  const asked = scopes.includes('openid') ? askedClaims(claims) : undefined
  const expectedPersonId = expectedSubject(claims)
  const idp = readIdp(
    parameters.get('idp'),
    offeredWays(providers, { api: subscription.signInOffer, application: client.signIn }),
  )
  const uiLocales = uiLocalesOf(parameters)
  const request: StoredRequest = {
    redirectUri,
    scopes,
    prompts: readPrompts(parameters.get('prompt')),
    ...(codeChallenge !== undefined && { codeChallenge }),
    ...(dpopJkt !== undefined && { dpopJkt }),
    ...(deviceJkt !== null && { deviceJkt }),
    ...(state !== undefined && { state }),
    ...(nonce !== undefined && { nonce }),
    ...(loginHint !== undefined && { loginHint }),
    ...(loginHintKey !== undefined && { loginHintKey }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    ...(idp !== undefined && { idp }),
    ...acr,
    ...(asked && { claims: asked }),
    ...(expectedPersonId !== undefined && { expectedPersonId }),
    ...(uiLocales.length > 0 && { uiLocales }),
  }
  return { ...trusted, subscription, request }
}

// A trial is begun here, so that nobody has put anything into its request.
function requirePushed({ client, pushed, trial }: TrustedRedirect): void {
  if (client.requirePushedRequests && !pushed && !trial)
    throw new OAuthError('invalid_request', 'this application has to push its requests to the PAR endpoint first')
}

// What a guest has becomes an account's for nobody but who holds the device, and not by a link that anybody can make.
function readDevice({ parameters, pushed }: TrustedRedirect, codeChallenge: string | undefined): string | null {
  const isAsserted = parameters.get('device_assertion') !== undefined
  if (isAsserted && !pushed)
    throw new OAuthError('invalid_request', 'device_assertion has to be pushed to the PAR endpoint')
  const deviceJkt = pushed?.deviceJkt ?? null
  if ((isAsserted || deviceJkt !== null) && codeChallenge === undefined)
    throw new OAuthError('invalid_request', 'code_challenge is missing: a guest makes an account with PKCE only')
  return deviceJkt
}

// OpenID Connect Core §6: never fetched, never parsed.
function refuseRequestObjects({ parameters }: TrustedRedirect): void {
  if (parameters.get('request') !== undefined)
    throw new OAuthError('request_not_supported', 'request objects are not supported; send plain parameters')
  if (parameters.get('request_uri') !== undefined)
    throw new OAuthError('request_uri_not_supported', 'the only request_uri is one from our PAR endpoint')
}

function requireCodeResponse({ parameters }: TrustedRedirect): void {
  const responseType = parameters.get('response_type')
  if (responseType === undefined) throw new OAuthError('invalid_request', 'response_type is missing; use code')
  if (!RESPONSE_TYPES.some((known) => known === responseType))
    throw new OAuthError('unsupported_response_type', 'the only response_type is code')
  const responseMode = parameters.get('response_mode')
  if (responseMode !== undefined && !RESPONSE_MODES.some((known) => known === responseMode))
    throw new OAuthError('invalid_request', 'the only response_mode is query')
}

function readPrompts(prompt: string | undefined): readonly string[] {
  const prompts = [...new Set((prompt ?? '').split(' ').filter((name) => name !== ''))]
  if (!prompts.every((name) => PROMPTS.some((known) => known === name)))
    throw new OAuthError('invalid_request', `prompt knows ${PROMPTS.join(', ')}`)
  if (prompts.includes('none') && prompts.length > 1)
    throw new OAuthError('invalid_request', 'prompt=none cannot be combined with another prompt')
  return prompts
}

// It is kept for as long as the login, so it has a bound; libraries send 22 to 64 characters.
function readNonce(nonce: string | undefined): string | undefined {
  if (nonce !== undefined && nonce.length > 512)
    throw new OAuthError('invalid_request', 'nonce has more than 512 characters')
  return nonce
}

// A hint that is longer than any address can be helps nobody (OpenID Connect Core §3.1.2.1 leaves its use to us).
function readLoginHint(hint: string | undefined): string | undefined {
  return hint !== undefined && hint.length <= MAX_EMAIL_LENGTH ? hint : undefined
}

// No standard has a name for it. What is not offered is told: an app that goes elsewhere than it believes is worse off.
function readIdp(idp: string | undefined, { own, providers }: OfferedWays): string | undefined {
  const names = [...(own ? [OWN_ACCOUNTS] : []), ...providers.map(({ name }) => name)]
  if (idp === undefined || names.includes(idp)) return idp
  throw new OAuthError('invalid_request', `idp is no way to sign in that this application offers: ${names.join(', ')}`)
}

function readMaxAge(maxAge: string | undefined): number | undefined {
  if (maxAge === undefined) return undefined
  if (!/^\d{1,9}$/.test(maxAge)) throw new OAuthError('invalid_request', 'max_age has to be a number of seconds')
  return Number(maxAge)
}
