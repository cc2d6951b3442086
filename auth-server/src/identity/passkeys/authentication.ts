// Signing in with a passkey: what the browser is asked to sign, and whose passkey has signed it.
import type { AuthenticationResponseJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import type { Config } from '../../config.ts'
import { randomSecret } from '../../crypto/random.ts'
import type { Db } from '../../store/database.ts'
import { findPasskey, listPasskeys, type StoredPasskey, usePasskey } from '../../store/queries/passkeys.ts'
import { CHALLENGE_SERVES_SECONDS, consumeChallenge, openChallenge } from '../../store/tables/passkey-challenges.ts'
import type { Method } from '../acr.ts'
import { MalformedPasskey, orMalformed, readAssertion } from './answer.ts'
import { expectedOrigins, relyingParty } from './relying-party.ts'
import { requireOwnWindow, understood, webauthn } from './webauthn.ts'

/** What a passkey that has verified its person shows (see identity/acr.ts). */
export const PASSKEY_METHODS = ['pop', 'user'] as const satisfies readonly Method[]

/** What a passkey is asked for: to sign in whoever it belongs to, or to be the second factor of a person. */
export type AssertionKey = Readonly<{ holder: string }> &
  (Readonly<{ ceremony: 'sign-in'; personId: null }> | Readonly<{ ceremony: 'second-factor'; personId: string }>)

/**
 * What `navigator.credentials.get` is given. At sign-in it names no passkey: the browser shows those that it has, and
 * nobody learns by an address which passkeys somebody has.
 */
export async function assertionOptions(
  db: Db,
  config: Config,
  key: AssertionKey,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const [challenge, allowed, library] = await Promise.all([
    openChallenge(db, key, randomSecret()),
    key.personId === null ? [] : listPasskeys(db, key.personId),
    webauthn(),
  ])
  return library.generateAuthenticationOptions({
    rpID: relyingParty(config).id,
    challenge: Buffer.from(challenge, 'base64url'),
    timeout: CHALLENGE_SERVES_SECONDS * 1000,
    userVerification: 'required',
    allowCredentials: allowed.map(({ credential }) => ({ id: credential })),
  })
}

/** Whose passkey it was; or why it counts for nothing: its challenge is not (or no more) this browser's, or nobody knows it. */
export type Asserted =
  | (Readonly<{ kind: 'proven'; passkeyId: string; counterWentBack: boolean }> &
      Pick<StoredPasskey, 'personId' | 'authEpoch' | 'needsNewPassword'>)
  | Readonly<{ kind: 'expired' | 'unknown' }>
  | Readonly<{ kind: 'malformed'; detail: string }>

/** @param json what the browser answered */
export function checkAssertion(db: Db, config: Config, key: AssertionKey, json: string | undefined): Promise<Asserted> {
  return orMalformed(async () => {
    const response = readAssertion(json)
    const challenge = await consumeChallenge(db, key)
    if (challenge === undefined) return { kind: 'expired' }
    const origin = await requireOwnWindow(response.response.clientDataJSON)
    const [passkey, origins] = await Promise.all([findPasskey(db, response.id), expectedOrigins(db, config, origin)])
    if (!passkey || !isOf(passkey.personId, key, response.response.userHandle)) return { kind: 'unknown' }
    const { counter, backedUp } = await verify(config, response, {
      challenge,
      origins,
      publicKey: passkey.publicKey,
    })
    const used = await usePasskey(db, passkey.id, { counter, backedUp })
    if (used === undefined) return { kind: 'unknown' }
    const { personId, authEpoch, needsNewPassword, id: passkeyId } = passkey
    return {
      kind: 'proven',
      personId,
      authEpoch,
      needsNewPassword,
      passkeyId,
      counterWentBack: used === 'counter went back',
    }
  })
}

async function verify(
  config: Config,
  response: AuthenticationResponseJSON,
  expected: Readonly<{ challenge: string; origins: string[]; publicKey: Buffer }>,
): Promise<Readonly<{ counter: number; backedUp: boolean }>> {
  const { verifyAuthenticationResponse } = await webauthn()
  const { id } = relyingParty(config)
  const { verified, authenticationInfo } = await understood(() =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: expected.challenge,
      expectedOrigin: expected.origins,
      expectedRPID: id,
      requireUserVerification: true,
      // A counter that goes back is told and locks nobody out (see usePasskey), so the library compares with none.
      credential: { id: response.id, publicKey: new Uint8Array(expected.publicKey), counter: 0 },
    }),
  )
  if (!verified) throw new MalformedPasskey('the signature does not fit')
  return { counter: authenticationInfo.newCounter, backedUp: authenticationInfo.credentialBackedUp }
}

/** §7.2, step 6: it is the account's that the browser names, which one that is found by itself always names. */
function isOf(personId: string, key: AssertionKey, userHandle: string | undefined): boolean {
  const named = userHandle === undefined ? undefined : Buffer.from(userHandle, 'base64url').toString()
  return key.personId === null ? named === personId : key.personId === personId && (named ?? personId) === personId
}
