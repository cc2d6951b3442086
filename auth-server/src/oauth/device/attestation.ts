// What vouches for the key of a device, as far as its app asks for that: taken, passed over, or refused.
import type { FastifyRequest } from 'fastify'
import type { Deps } from '../../deps.ts'
import type { Parameters } from '../../http/parameters.ts'
import { temporarilyUnavailable, tooManyRequests } from '../../http/problem.ts'
import type { AttestationProblem } from '../../identity/attestation/attestation.ts'
import { ATTESTATION_KINDS, checkAttestation } from '../../identity/attestation/evidence.ts'
import { findApprovedIdentity } from '../../store/tables/app-identities.ts'
import { OAuthError } from '../errors.ts'
import type { DeviceSigned } from './signed.ts'

const RETRY_AFTER_SECONDS = 60

/** The form fields, of which the second is longer than others. */
const KIND = 'attestation_type'
export const ATTESTATION = 'attestation'

/** For the developer of the app: fixed words. */
const WORDS: Readonly<Record<AttestationProblem, string>> = {
  malformed: 'it cannot be read',
  'unknown root': 'its certificates lead to no root that is believed here',
  'out of date': 'one of its certificates is out of date',
  revoked: 'one of its certificates is revoked',
  'another challenge': 'it is for another challenge, or another key',
  'another app': 'it is of another app than the one on record, or signed by another certificate',
  'another key': 'it is of another key',
  'development build': 'it is of a development build',
  'not in hardware': 'the key is not in hardware, or is not for signing',
  'device not verified': 'the device runs a system that is not verified',
}

/** A key that has been proven, and the challenge that it has signed. */
export type ProvenKey = Pick<DeviceSigned, 'jkt' | 'publicJwk'> & Readonly<{ challenge: string }>

/**
 * The kind of attestation that vouches for the key; null where none does, and none has to.
 * @throws {OAuthError} invalid_attestation where one is required, temporarily_unavailable while none can be judged,
 * too_many_requests after too many that did not count
 */
export async function attestedBy(
  { db, findTrust, limits }: Pick<Deps, 'db' | 'findTrust' | 'limits'>,
  parameters: Parameters,
  clientId: string,
  { jkt, publicJwk, challenge }: ProvenKey,
  { ip, log }: Pick<FastifyRequest, 'ip' | 'log'>,
): Promise<string | null> {
  const identity = await findApprovedIdentity(db, clientId)
  if (identity === undefined || identity.attestation === 'off') return null
  const isRequired = identity.attestation === 'required'
  const [kind, text] = [parameters.get(KIND), parameters.getLong(ATTESTATION)]
  if (kind === undefined || text === undefined) {
    if (!isRequired) return null
    throw refusal(
      `this application registers devices with ${KIND} (${ATTESTATION_KINDS.join(', ')}) and ${ATTESTATION}`,
    )
  }
  const trust = await findTrust(log)
  if (trust === undefined) {
    if (!isRequired) return null
    throw temporarilyUnavailable('attestations cannot be judged at the moment; try again later', RETRY_AFTER_SECONDS)
  }
  const expected = { identity, challenge, jwk: publicJwk, thumbprint: jkt }
  // Before it is judged: each may hold several certificates, whose signatures cost far more than to send them.
  const attempt = await limits.admit({ attestationsByAddress: { address: ip } })
  if (attempt.waitSeconds > 0)
    throw tooManyRequests('too many attestations did not count; try again later', attempt.waitSeconds)
  const attestation = await checkAttestation({ kind, text }, expected, trust)
  if (attestation.kind === 'attested') {
    await attempt.takeBack()
    return kind
  }
  const { because, detail } = attestation
  log.info({ event: 'attestation_refused', clientId, because, detail }, 'an attestation vouches for nothing')
  if (isRequired) throw refusal(`the attestation does not count: ${WORDS[because]}`)
  return null
}

function refusal(description: string): OAuthError {
  return new OAuthError('invalid_attestation', description)
}
