// POST /par (RFC 9126), also per API: a client pushes its authorization request ahead and gets a reference to it.
import type { RouteHandlerMethod } from 'fastify'
import { sha256 } from '../crypto/digest.ts'
import type { Deps } from '../deps.ts'
import type { Client } from '../store/queries/clients.ts'
import { findGuest } from '../store/tables/device-keys.ts'
import { insertPushedRequest } from '../store/tables/pushed-requests.ts'
import { useJti } from '../store/tables/used-jtis.ts'
import { newRequestUri } from './authorize/pushed-request.ts'
import { trustRedirect } from './authorize/trusted-redirect.ts'
import { validate } from './authorize/valid-request.ts'
import { authenticateClient, CREDENTIALS } from './client/authentication.ts'
import { ASSERTION_KEEP_SECONDS, readAssertion } from './device/assertion.ts'
import { NO_GUEST, requireGuests } from './device/guests.ts'
import { theKeyNamed } from './dpop/jkt.ts'
import { acceptProof, readProof } from './dpop/proof.ts'
import { OAuthError } from './errors.ts'
import { fixedResource } from './fixed-api.ts'
import { readForm } from './form-request.ts'

/** Long enough for a phone on a slow line to open its browser; seconds (§2.2). */
const REQUEST_URI_TTL_SECONDS = 90

/** What was proven by them is, and each proves it once. */
const NOT_KEPT: ReadonlySet<string> = new Set([...CREDENTIALS, 'device_assertion'])

/** What is kept of one pushed request, in characters: more than a URL could bring, and no store for strangers. */
const MAX_LENGTH = 16_000

export function parHandler(deps: Deps): RouteHandlerMethod {
  return async (request, reply) => {
    const parameters = readForm(request)
    const fixed = await fixedResource(deps.db, request)
    const client = await authenticateClient(deps, parameters, request)
    const proof = await readProof(deps, request)
    // §2.1: client_id is part of the request itself, and a reference to another request is not.
    if (parameters.get('client_id') === undefined) throw new OAuthError('invalid_request', 'client_id is missing')
    if (parameters.get('request_uri') !== undefined)
      throw new OAuthError('invalid_request', 'request_uri cannot be pushed; push the parameters themselves')

    const requestUri = newRequestUri()
    const uriHash = sha256(requestUri)
    const pushed = { uriHash, dpopJkt: null, deviceJkt: null }
    const { subscription } = validate(deps, trustRedirect({ parameters, client, pushed, trial: null }), fixed)
    // The resource is written down, so that the reference means the same at every address of /authorize.
    const kept = parameters.without(NOT_KEPT).with('resource', subscription.resource).toString()
    if (kept.length > MAX_LENGTH)
      throw new OAuthError('invalid_request', `the pushed request is too long: ${MAX_LENGTH} characters is the limit`)
    deps.limits.visits.admit(request.ip, kept)
    const key = theKeyNamed(parameters.get('dpop_jkt'))
    const dpopJkt = proof
      ? await acceptProof(deps, reply, proof, { ath: 'not demanded', key, nonce: 'not demanded' })
      : null
    await insertPushedRequest(deps.db, {
      uriHash,
      dpopJkt,
      deviceJkt: await readDevice(deps, client, parameters.get('device_assertion'), dpopJkt),
      applicationId: client.applicationId,
      parameters: kept,
      ttlSeconds: REQUEST_URI_TTL_SECONDS,
    })
    return reply.code(201).send({ request_uri: requestUri, expires_in: REQUEST_URI_TTL_SECONDS })
  }
}

/** The device whose guest wants an account, by an assertion and a proof of its key. @throws {OAuthError} */
async function readDevice(
  deps: Deps,
  client: Client,
  assertion: string | undefined,
  dpopJkt: string | null,
): Promise<string | null> {
  if (assertion === undefined) return null
  requireGuests(client)
  if (dpopJkt === null)
    throw new OAuthError('invalid_dpop_proof', 'a device sends a DPoP proof by its key with each assertion')
  const { jkt, jti } = await readAssertion(deps, client, assertion, dpopJkt)
  if ((await findGuest(deps.db, { jkt, applicationId: client.applicationId })) === undefined)
    throw new OAuthError('invalid_grant', NO_GUEST)
  if (!(await useJti(deps.db, ['device_assertion', jkt, jti], ASSERTION_KEEP_SECONDS)))
    throw new OAuthError('invalid_grant', 'assertion: its jti has been used already')
  return jkt
}
