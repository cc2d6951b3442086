// POST /introspect (RFC 7662): whether a token would be honoured now, told to those whom it concerns.
import type { RouteHandlerMethod } from 'fastify'
import type { Deps } from '../deps.ts'
import type { Client } from '../store/queries/clients.ts'
import { findLiveFamily, type StandingFamily } from '../store/queries/refresh.ts'
import { type Claims, readOwnToken, textClaim } from '../tokens/own-token.ts'
import { judge } from '../tokens/refresh-family.ts'
import { parseRefreshToken } from '../tokens/refresh-token.ts'
import { authenticateConfidentialClient } from './client/authentication.ts'
import { OAuthError } from './errors.ts'
import { readForm } from './form-request.ts'
import { stillAllowed } from './scope.ts'

/**
 * An API's backend asks about its tokens as an application that is subscribed to the API with this scope. Any other
 * application sees its own tokens only (§4: whoever may ask about everything can scan for tokens and track people).
 */
export const INTROSPECTION_SCOPE = 'token:introspect'

type Introspection = Readonly<{ active: boolean } & Record<string, unknown>>

// §2.2: nothing else, whether the token is unknown, has ended or is none of the caller's business.
const INACTIVE: Introspection = { active: false }

export function introspectionHandler(deps: Deps): RouteHandlerMethod {
  return async (request) => {
    const parameters = readForm(request)
    const caller = await authenticateConfidentialClient(deps, parameters, request)
    const token = parameters.get('token')
    if (token === undefined) throw new OAuthError('invalid_request', 'token is missing')
    return (await refreshToken(deps, caller, token)) ?? (await accessToken(deps, caller, token)) ?? INACTIVE
  }
}

/** A refresh token concerns its client alone; it is active while the token endpoint would still answer it. */
async function refreshToken({ db, config }: Deps, caller: Client, text: string): Promise<Introspection | undefined> {
  const token = parseRefreshToken(config.tokenSecrets, text)
  const family = token && (await findLiveFamily(db, token.familyId, caller.clientId))
  if (!token || !family || ['reuse', 'invalid'].includes(judge(family, token))) return undefined
  return {
    ...family.addedClaims?.access_token,
    active: true,
    iss: config.issuer,
    sub: family.personId,
    aud: family.resource,
    client_id: family.clientId,
    scope: stillAllowed(family.scopes, family).join(' '),
    iat: family.startedAt,
    exp: family.expiresAt,
    auth_time: family.authTime,
    acr: family.acr,
    amr: family.amr,
    ...(family.mergedFrom !== null && { merged_from: family.mergedFrom }),
    ...(family.dpopJkt !== null && { cnf: { jkt: family.dpopJkt } }),
  }
}

async function accessToken(deps: Deps, caller: Client, text: string): Promise<Introspection | undefined> {
  const { config, keys } = deps
  const claims = await readOwnToken(config.issuer, keys, 'at+jwt', text)
  const standing = claims && concerns(caller, claims) ? await stands(deps, claims) : undefined
  if (!claims || !standing) return undefined
  return {
    active: true,
    token_type: claims.cnf === undefined ? 'Bearer' : 'DPoP',
    // §2.2, RFC 9449 §6.2, RFC 9470 §6.2: whoever holds it can read as much in the token itself.
    ...claims,
    ...(standing.family && whatIsLeft(claims, standing.family)),
  }
}

function concerns(caller: Client, claims: Claims): boolean {
  return (
    claims.client_id === caller.clientId ||
    caller.subscriptions.some(
      ({ resource, scopes }) => resource === claims.aud && scopes.some(({ name }) => name === INTROSPECTION_SCOPE),
    )
  )
}

/** Of the scopes and groups that a token names, those that its person still has. */
function whatIsLeft(claims: Claims, family: StandingFamily): Readonly<Record<string, unknown>> {
  const { groups } = claims
  return {
    scope: stillAllowed((textClaim(claims, 'scope') ?? '').split(' '), family).join(' '),
    ...(Array.isArray(groups) && { groups: groups.filter((group) => family.groups.includes(group)) }),
  }
}

/** Whether what the token was issued for still holds: its login, or for a machine its subscription. */
async function stands(
  { db, clients }: Deps,
  claims: Claims,
): Promise<Readonly<{ family?: StandingFamily }> | undefined> {
  const clientId = textClaim(claims, 'client_id')
  const grantId = textClaim(claims, 'grant_id')
  if (clientId === undefined || typeof claims.exp !== 'number') return undefined
  if (grantId !== undefined) {
    const family = await findLiveFamily(db, grantId, clientId)
    return family !== undefined && claims.exp > family.now ? { family } : undefined
  }
  const machine = await clients.find(clientId)
  const mayCall =
    machine !== undefined &&
    claims.exp > machine.readAt &&
    machine.grantTypes.includes('client_credentials') &&
    machine.subscriptions.some(({ resource }) => resource === claims.aud)
  return mayCall ? {} : undefined
}
