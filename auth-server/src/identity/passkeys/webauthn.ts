// The WebAuthn library, loaded when the first passkey is seen (it takes most of a second), and what it leaves to us.
import { MalformedPasskey } from './answer.ts'

/** ES256, RS256 and EdDSA: the library would also take what only some versions of Node can verify. */
export const ALGORITHMS = [-7, -257, -8]

export async function webauthn() {
  const [library, helpers] = await Promise.all([
    import('@simplewebauthn/server'),
    import('@simplewebauthn/server/helpers'),
  ])
  return { ...library, ...helpers }
}

/**
 * No other page frames ours, so no answer was ever given in a frame (WebAuthn Level 3 §13.4.9). The library lets one pass
 * that does not say whose frame it was.
 * Returns the origin that the answer names.
 * @throws {MalformedPasskey} when it was.
 */
export async function requireOwnWindow(clientDataJSON: string): Promise<string> {
  const { decodeClientDataJSON } = await webauthn()
  const { isFramed, origin } = await understood(async () => {
    const { crossOrigin = false, topOrigin, origin } = decodeClientDataJSON(clientDataJSON)
    return { isFramed: crossOrigin || topOrigin !== undefined, origin: String(origin) }
  })
  if (isFramed) throw new MalformedPasskey('asked for in a frame')
  return origin
}

/**
 * No attestation was asked for, so there is none to look at. The library would follow the certificates of one, and fetch
 * what they point at from wherever that is.
 * @throws {MalformedPasskey} when there is one.
 */
export async function refuseAttestation(attestationObject: string): Promise<void> {
  const { decodeAttestationObject } = await webauthn()
  await understood(async () => {
    const decoded = decodeAttestationObject(Buffer.from(attestationObject, 'base64url'))
    const format = decoded.get('fmt')
    // What remains of one that proves nothing but the key itself (§6.5.3, self attestation).
    const isSelfMade = format === 'packed' && decoded.get('attStmt').get('x5c') === undefined
    if (format !== 'none' && !isSelfMade) throw new Error(`an attestation (${format}) that nobody asked for`)
  })
}

/** What `look` finds. @throws {MalformedPasskey} for whatever it throws: the library has no errors of its own for junk. */
export async function understood<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look()
  } catch (error) {
    throw new MalformedPasskey(error instanceof Error ? error.message : String(error))
  }
}
