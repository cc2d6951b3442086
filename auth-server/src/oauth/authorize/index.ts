// GET and POST /authorize (RFC 6749 §3.1), also per API.
import type { RouteHandlerMethod } from 'fastify'
import { openedIn } from '../../catalogue/evidence.ts'
import { sha256 } from '../../crypto/digest.ts'
import { randomSecret } from '../../crypto/random.ts'
import type { Deps } from '../../deps.ts'
import { noteCaller } from '../../http/caller.ts'
import { isMisnamedLoopback } from '../../http/loopback-host.ts'
import { isShort, MAX_VALUE_BYTES, ParameterError } from '../../http/parameters.ts'
import { MAX_URL_LENGTH, pathOf } from '../../http/request-path.ts'
import { resumePath } from '../../interaction/paths.ts'
import { currentSession } from '../../interaction/session.ts'
import type { PendingAppVisit } from '../../store/tables/authorization-requests.ts'
import { OAuthError } from '../errors.ts'
import { fixedResource } from '../fixed-api.ts'
import { tellingDevelopers } from '../told-to-developers.ts'
import { expectPerson } from './expected-person.ts'
import { requireClient } from './known-client.ts'
import { type NewVisit, writeVisit } from './new-visit.ts'
import { proceed } from './proceed.ts'
import { resolvePushed } from './pushed-request.ts'
import { readRawRequest } from './raw-request.ts'
import { redirectedError } from './response.ts'
import { findOwnTrial } from './trial.ts'
import { type TrustedRedirect, trustRedirect } from './trusted-redirect.ts'
import { type ValidRequest, validate } from './valid-request.ts'

export function authorizeHandler(deps: Deps): RouteHandlerMethod {
  const { db, cookies } = deps
  return async (request, reply) => {
    const fixed = await fixedResource(db, request)
    const raw = readRawRequest(request)
    const asking = await tellingDevelopers(deps, request, () => requireClient(deps.clients, raw))
    noteCaller(request, { clientId: asking.client.clientId })
    const known = await findOwnTrial(deps, request, await resolvePushed(db, asking))
    const trusted = await tellingDevelopers(deps, request, () => trustRedirect(known))
    const valid = await redirectingErrors(deps.config.issuer, trusted, () =>
      expectPerson(deps, validate(deps, trusted, fixed)),
    )
    request.uiLocales = valid.request.uiLocales
    // A form on another site comes without our SameSite=Lax cookies; the GET that this answer makes of it has them.
    const again = `${pathOf(request.url)}?${raw.parameters}`
    const withoutCookies =
      request.method === 'POST' &&
      (request.headers['sec-fetch-site'] === 'cross-site' || isMisnamedLoopback(request, deps.config.issuer))
    if (withoutCookies && again.length < MAX_URL_LENGTH) return reply.redirect(again, 303)
    deps.limits.visits.admit(request.ip, JSON.stringify(valid.request))
    const secret = randomSecret()
    const pending = toPending(valid, sha256(secret), openedIn(request.headers['user-agent']))
    const visit: NewVisit = {
      pushedUriHash: valid.pushed?.uriHash ?? null,
      begin: () => cookies.beginVisit(reply, { id: pending.id, secret }),
    }
    if (!withoutCookies) return proceed(deps, reply, pending, await currentSession(deps, request), visit)
    await writeVisit(db, pending, visit)
    visit.begin()
    return reply.redirect(resumePath(pending.id), 303)
  }
}

async function redirectingErrors<T>(issuer: string, trusted: TrustedRedirect, step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    const oauthError = error instanceof ParameterError ? new OAuthError('invalid_request', error.message) : error
    if (!(oauthError instanceof OAuthError)) throw error
    const [state, other] = trusted.parameters.getAll('state')
    // An app can make nothing of an answer without its state, and with this one the answer would fit into no address.
    if (state !== undefined && !isShort(state) && encodeURIComponent(state).length > MAX_URL_LENGTH)
      throw new OAuthError(
        'invalid_request',
        `state is too long to be sent back to the app: ${MAX_VALUE_BYTES} bytes is the limit`,
      )
    const returnTo = { redirectUri: trusted.redirectUri, state: other === undefined ? state : undefined }
    throw redirectedError(issuer, returnTo, oauthError)
  }
}

function toPending(
  { client, subscription, request }: ValidRequest,
  browserHash: string,
  opened: string | undefined,
): PendingAppVisit {
  return {
    id: randomSecret(16),
    browserHash,
    ageSeconds: 0,
    request: { ...request, ...(opened !== undefined && { openedIn: opened }) },
    app: {
      clientId: client.clientId,
      applicationId: client.applicationId,
      name: client.name,
      kind: client.kind,
      apiId: subscription.apiId,
      apiName: subscription.apiName,
      trusted: subscription.trusted,
      signIn: { api: subscription.signInOffer, application: client.signIn },
      demands: subscription.demands,
    },
    steps: {},
  }
}
