// POST /devices: the key of a device becomes an identity, a guest whom the app knows by it; an extension of ours.
import type { RouteHandlerMethod } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import { randomId } from '../../crypto/random.ts'
import type { Deps } from '../../deps.ts'
import { oneLine } from '../../http/one-line.ts'
import { tooManyRequests } from '../../http/problem.ts'
import type { Client } from '../../store/queries/clients.ts'
import { findGuest, insertGuest, noteAttestation } from '../../store/tables/device-keys.ts'
import { useJti } from '../../store/tables/used-jtis.ts'
import { MAX_INSTALLATION_NAME } from '../../tokens/installations.ts'
import { authenticateClient } from '../client/authentication.ts'
import { OAuthError } from '../errors.ts'
import { readForm } from '../form-request.ts'
import { ATTESTATION, attestedBy, type ProvenKey } from './attestation.ts'
import { CHALLENGE_TTL_SECONDS, isChallenge } from './challenge.ts'
import { requireGuests } from './guests.ts'
import { readDeviceSigned } from './signed.ts'

export const DEVICES_PATH = '/devices'
const LONG = new Set([ATTESTATION])
export const REGISTRATION_TYPE = 'device-registration+jwt'

/**
 * The same key of the same app is the same guest, so that an app whose answer was lost asks again. Whatever else a request
 * names (an id of a guest, of another device) counts for nothing: the key alone does.
 */
export function deviceRegistrationHandler(deps: Deps): RouteHandlerMethod {
  const { db, limits } = deps
  return async (request, reply) => {
    const parameters = readForm(request, LONG)
    const client = await authenticateClient(deps, parameters, request)
    requireGuests(client)
    const name = oneLine(parameters.get('device_name') ?? '', MAX_INSTALLATION_NAME)
    if (name === undefined)
      throw new OAuthError(
        'invalid_request',
        `device_name is what people call the device: one line of 1 to ${MAX_INSTALLATION_NAME} characters`,
      )
    const key = await proveKey(deps, client, parameters.get('proof'))
    const { jkt, publicJwk, challenge } = key
    const { clientId, applicationId } = client
    const attestation = await attestedBy(deps, parameters, clientId, key, request)
    const [address, about] = [{ address: request.ip }, { about: clientId }]
    const attempt = await limits.admit(
      attestation === null
        ? { devicesByAddress: address, devicesByApp: about }
        : { attestedDevicesByAddress: address, attestedDevicesByApp: about },
    )
    if (attempt.waitSeconds > 0)
      throw tooManyRequests('too many devices were registered; try again later', attempt.waitSeconds)
    const registered = await db.transaction().execute(async (trx) => {
      // The database keeps it for as long as it could come again.
      if (!(await useJti(trx, ['device_challenge', challenge], CHALLENGE_TTL_SECONDS)))
        throw invalidProof('the challenge has been used already')
      const device = { personId: randomId('usr'), jkt, publicJwk, applicationId, name, attestedBy: attestation }
      const personId = await insertGuest(trx, device)
      const upgraded = personId === undefined && attestation !== null ? await noteAttestation(trx, device) : undefined
      if (personId !== undefined)
        await record(trx, { type: 'device', outcome: 'registered', personId, applicationId }, ofRequest(request))
      if (upgraded !== undefined)
        await record(
          trx,
          { type: 'device', outcome: 'attested', personId: upgraded, applicationId },
          ofRequest(request),
        )
      // In a statement of its own: only that one sees what another request has just made of the key (READ COMMITTED).
      return personId === undefined ? { known: await findGuest(trx, { jkt, applicationId }) } : { made: personId }
    })
    const subject = registered.made ?? registered.known
    if (subject === undefined)
      throw invalidProof(
        'the key is of another application, or its guest has ended or has an account; make a new key pair',
      )
    if (registered.made !== undefined)
      request.log.info({ event: 'device_registered', clientId }, 'a device registered its key')
    return reply.code(registered.made === undefined ? 200 : 201).send({
      sub: subject,
      subject_kind: 'guest',
      device_id: jkt,
      device_name: name,
      ...(attestation !== null && { attested: true }),
    })
  }
}

/** The key that has signed a challenge of ours for this client. @throws {OAuthError} invalid_request, invalid_proof */
async function proveKey({ config }: Deps, { clientId, readAt }: Client, proof: string | undefined): Promise<ProvenKey> {
  if (proof === undefined) throw new OAuthError('invalid_request', 'proof is missing: the challenge, signed by the key')
  const signed = await readDeviceSigned(proof, REGISTRATION_TYPE)
  if (typeof signed === 'string') throw invalidProof(`proof ${signed} (typ ${REGISTRATION_TYPE})`)
  const { jkt, publicJwk, claims } = signed
  const { aud, challenge } = claims
  if (aud !== config.issuer) throw invalidProof(`aud of the proof is not the issuer, ${config.issuer}, as a string`)
  if (typeof challenge !== 'string' || !isChallenge(config.tokenSecrets, clientId, challenge, readAt))
    throw invalidProof('challenge of the proof is none of ours for this application, or has expired')
  return { jkt, publicJwk, challenge }
}

function invalidProof(description: string): OAuthError {
  return new OAuthError('invalid_proof', description)
}
