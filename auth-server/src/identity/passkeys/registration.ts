// A new passkey: what the browser is asked to make, and whether what it made is one.
import type { PublicKeyCredentialCreationOptionsJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { AuditContext } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import type { Config } from '../../config.ts'
import { randomId, randomSecret } from '../../crypto/random.ts'
import type { Db, Trx } from '../../store/database.ts'
import { noteChange } from '../../store/queries/account-changes.ts'
import { insertPasskey, listPasskeys, type PasskeyStored } from '../../store/queries/passkeys.ts'
import {
  CHALLENGE_SERVES_SECONDS,
  consumeChallenge,
  openChallenge,
  type PasskeyCeremony,
} from '../../store/tables/passkey-challenges.ts'
import type { Session } from '../../store/tables/sessions.ts'
import { MalformedPasskey, orMalformed, readRegistration } from './answer.ts'
import { makerOf } from './makers.ts'
import { expectedOrigins, relyingParty } from './relying-party.ts'
import { ALGORITHMS, refuseAttestation, requireOwnWindow, understood, webauthn } from './webauthn.ts'

/** Passkeys of one person. */
export const MAX_PASSKEYS = 20

/** How the browser came to make one: the person asked for it, or it offered to by itself after a password. */
export type RegistrationCeremony = Extract<PasskeyCeremony, 'registration' | 'conditional-registration'>

/** @param mediation as the browser was asked for it (Credential Management Level 1 §2.3.2) */
export function registrationCeremonyOf(mediation: string | undefined): RegistrationCeremony {
  return mediation === 'conditional' ? 'conditional-registration' : 'registration'
}

/** Who makes one, and where: the session ties it to one browser and one person. */
type Owner = Pick<Session, 'id' | 'personId' | 'accountName'>

/** What `navigator.credentials.create` is given. */
export async function registrationOptions(
  db: Db,
  config: Config,
  owner: Owner,
  ceremony: RegistrationCeremony,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const key = { ceremony, holder: owner.id, personId: owner.personId }
  const [challenge, known, library] = await Promise.all([
    openChallenge(db, key, randomSecret()),
    listPasskeys(db, owner.personId),
    webauthn(),
  ])
  const { id, name } = relyingParty(config)
  return library.generateRegistrationOptions({
    rpID: id,
    rpName: name,
    // What signs in hands it back to us (§5.4.3), so it is no address.
    userID: Buffer.from(owner.personId),
    userName: owner.accountName,
    userDisplayName: owner.accountName,
    challenge: Buffer.from(challenge, 'base64url'),
    timeout: CHALLENGE_SERVES_SECONDS * 1000,
    supportedAlgorithmIDs: [...ALGORITHMS],
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: known.map(({ credential }) => ({ id: credential })),
  })
}

/** A passkey that is kept, and what it is called if that is known. */
export interface KeptPasskey {
  readonly id: string
  readonly name: string | null
}

/** What became of it; `expired` when its challenge is none of this session any more. */
export type RegisteredPasskey =
  | (Readonly<{ kind: 'stored' }> & KeptPasskey)
  | Readonly<{ kind: 'expired' | Exclude<PasskeyStored, 'stored'> }>
  | Readonly<{ kind: 'malformed'; detail: string }>

/**
 * Stores a passkey that was just made, which counts at once: making it has shown that the person can use it. Its owner is
 * written about it.
 * @param answer what the browser answered, in which ceremony
 * @param also what belongs to it, in its transaction
 */
export function registerPasskey(
  db: Db,
  config: Config,
  owner: Owner,
  answer: Readonly<{ json: string | undefined; ceremony: RegistrationCeremony }>,
  context: AuditContext,
  also: (trx: Trx) => Promise<unknown> = async () => {},
): Promise<RegisteredPasskey> {
  const { ceremony, json } = answer
  return orMalformed(async () => {
    const response = readRegistration(json)
    const challenge = await consumeChallenge(db, { ceremony, holder: owner.id, personId: owner.personId })
    if (challenge === undefined) return { kind: 'expired' }
    const origin = await requireOwnWindow(response.response.clientDataJSON)
    const origins = await expectedOrigins(db, config, origin)
    await refuseAttestation(response.response.attestationObject)
    const { credential, credentialBackedUp, aaguid } = await verify(config, response, {
      challenge,
      ceremony,
      origins,
    })
    const kept = { id: randomId('authenticator'), name: makerOf(aaguid) }
    return db.transaction().execute(async (trx) => {
      const outcome = await insertPasskey(
        trx,
        {
          ...kept,
          personId: owner.personId,
          credential: credential.id,
          publicKey: Buffer.from(credential.publicKey),
          counter: credential.counter,
          transports: credential.transports ?? [],
          backedUp: credentialBackedUp,
        },
        { sessionId: owner.id, atMost: MAX_PASSKEYS },
      )
      if (outcome !== 'stored') return { kind: outcome }
      await also(trx)
      await noteChange(trx, { personId: owner.personId, kind: 'passkey-added', subject: kept.id })
      await record(trx, { type: 'passkey', outcome: 'added', personId: owner.personId }, context)
      return { kind: 'stored', ...kept }
    })
  })
}

async function verify(
  config: Config,
  response: RegistrationResponseJSON,
  expected: Readonly<{ challenge: string; ceremony: RegistrationCeremony; origins: string[] }>,
) {
  const { verifyRegistrationResponse } = await webauthn()
  const { id } = relyingParty(config)
  // A browser that makes one by itself asks nobody (§5.1.3); whoever signs in with it is verified then.
  const isAsked = expected.ceremony === 'registration'
  const { verified, registrationInfo } = await understood(() =>
    verifyRegistrationResponse({
      response,
      expectedChallenge: expected.challenge,
      expectedOrigin: expected.origins,
      expectedRPID: id,
      requireUserPresence: isAsked,
      requireUserVerification: isAsked,
      supportedAlgorithmIDs: [...ALGORITHMS],
    }),
  )
  if (!verified) throw new MalformedPasskey('the attestation does not fit')
  return registrationInfo
}
