// A guest's tokens for an assertion of the device's key (RFC 7523 §2.1), bound to that key. No refresh token: the assertion is one.
import { randomId } from '../../../crypto/random.ts'
import type { Deps } from '../../../deps.ts'
import type { Parameters } from '../../../http/parameters.ts'
import { DEVICE_ACR, DEVICE_AMR } from '../../../identity/acr.ts'
import { grantToDevice } from '../../../store/queries/device-grant.ts'
import { ASSERTION_KEEP_SECONDS, assertedKey, readAssertion } from '../../device/assertion.ts'
import { NO_GUEST, requireAdmission } from '../../device/guests.ts'
import { OAuthError } from '../../errors.ts'
import { grantableScopes, parseScope } from '../../scope.ts'
import { mayOpenLogin } from '../before-token.ts'
import { tokenResponse } from '../token-response.ts'
import type { GrantRequest, ReadGrant, TokenResponse } from './grant.ts'

export function device(deps: Deps, parameters: Parameters): ReadGrant {
  const assertion = parameters.get('assertion')
  if (assertion === undefined) throw new OAuthError('invalid_request', 'assertion is missing')
  const named = parseScope(parameters.get('scope'))
  return {
    presented: { deviceJkt: assertedKey(assertion) },
    answer: (request) => grantToGuest(deps, request, assertion, named),
  }
}

async function grantToGuest(
  deps: Deps,
  request: GrantRequest,
  assertion: string,
  named: readonly string[] | undefined,
): Promise<TokenResponse> {
  const { client, resource, dpopJkt, log } = request
  const { apiId, scopes: all } = requireAdmission(client, resource)
  if (dpopJkt === null)
    throw new OAuthError('invalid_dpop_proof', 'a device sends a DPoP proof by its key with each assertion')
  const offered = all.filter(({ forGuests, requiredGroup }) => forGuests && requiredGroup === null)
  // A guest has no claims that OpenID Connect could tell; what is not on offer is ignored, as at /authorize.
  const scopes = named
    ? grantableScopes(
        named,
        offered.map(({ name }) => name),
      ).filter((name) => offered.some((one) => one.name === name))
    : null
  if (scopes?.length === 0) throw new OAuthError('invalid_scope', 'nothing of the request is for guests')
  const { clientId } = client
  const asserted = await readAssertion(deps, client, assertion, dpopJkt)
  const granted = await grantToDevice(deps.db, {
    ...asserted,
    opens: await mayOpenLogin(deps, { ...asserted, clientId, apiId }),
    keepSeconds: ASSERTION_KEEP_SECONDS,
    clientId,
    apiId,
    familyId: randomId('grant'),
    acr: DEVICE_ACR,
    amr: DEVICE_AMR,
  })
  if (granted.kind === 'granted') return tokenResponse(deps, request, granted.family, null, { scopes, nonce: null })
  if (granted.kind === 'repeated') {
    log.warn({ event: 'assertion_reuse', clientId }, 'an assertion of a device came again')
    throw new OAuthError('invalid_grant', 'assertion: its jti has been used already')
  }
  if (granted.kind === 'ended')
    throw new OAuthError('invalid_grant', 'the login of the device has ended this very moment: send a new assertion')
  throw new OAuthError('invalid_grant', NO_GUEST)
}
