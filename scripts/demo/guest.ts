// An app without a login: it registers the key of its device, and asks for a guest's tokens with it.
import { randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, SignJWT } from 'jose'
import * as oauth from 'oauth4webapi'

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const ASSERTION_SECONDS = 60

/** The app on one device. On a phone the private key is made in its key store, and never leaves it. */
export interface GuestDevice {
  readonly issuer: string
  readonly clientId: string
  /** Its thumbprint (RFC 7638). */
  readonly id: string
  /** For who certifies it. */
  readonly publicKey: oauth.CryptoKey
  /** Makes the DPoP proofs. */
  readonly key: oauth.DPoPHandle
  /** Signs a JWT with the key, whose public half is in the header. */
  readonly sign: (typ: string, claims: Readonly<Record<string, unknown>>) => Promise<string>
  /** Says once that the key is at hand. */
  readonly assertion: () => Promise<string>
}

/** A guest's tokens. */
export interface Guest {
  readonly device: GuestDevice
  readonly key: oauth.DPoPHandle
  /** The guest's `sub`. */
  readonly subject: string
  readonly accessToken: string
}

/** Makes the key. */
export async function createDevice(issuer: string, clientId: string): Promise<GuestDevice> {
  const pair = await oauth.generateKeyPair('ES256')
  const jwk = await exportJWK(pair.publicKey)
  const id = await calculateJwkThumbprint(jwk)
  const sign: GuestDevice['sign'] = (typ, claims) =>
    new SignJWT({ aud: issuer, ...claims }).setProtectedHeader({ alg: 'ES256', typ, jwk }).sign(pair.privateKey)
  const assertion = () => {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: id, sub: id, jti: randomUUID(), iat: now, exp: now + ASSERTION_SECONDS }
    return sign('device-assertion+jwt', claims)
  }
  return { issuer, clientId, id, publicKey: pair.publicKey, key: oauth.DPoP({}, pair), sign, assertion }
}

/** What a phone says of the key, made for a challenge: the fields `attestation_type` and `attestation`. */
export type Attest = (challenge: string) => Promise<Readonly<Record<string, string>>>

/** Registers the key: from now on it is a guest. Returns the guest's `sub`. */
export async function registerDevice(
  { issuer, clientId, sign }: GuestDevice,
  deviceName: string,
  attest: Attest = async () => ({}),
): Promise<string> {
  const { challenge } = await post(`${issuer}/devices/challenge`, { client_id: clientId })
  const proof = await sign('device-registration+jwt', { challenge })
  const form = { client_id: clientId, device_name: deviceName, proof, ...(await attest(String(challenge))) }
  const { sub } = await post(`${issuer}/devices`, form)
  if (typeof sub !== 'string') throw new Error('the server named no subject')
  return sub
}

/** Asks for tokens. */
export async function guestTokens(device: GuestDevice): Promise<oauth.TokenEndpointResponse> {
  const { issuer, clientId, key, assertion } = device
  const server: oauth.AuthorizationServer = { issuer, token_endpoint: `${issuer}/token` }
  const client = { client_id: clientId }
  const options = { [oauth.allowInsecureRequests]: true, DPoP: key }
  const parameters = { assertion: await assertion() }
  const response = await oauth.genericTokenEndpointRequest(server, client, oauth.None(), GRANT, parameters, options)
  return oauth.processGenericTokenEndpointResponse(server, client, response)
}

/** From the first start of the app to its tokens. */
export async function startAsGuest(
  issuer: string,
  { clientId, deviceName }: Readonly<{ clientId: string; deviceName: string }>,
): Promise<Guest> {
  const device = await createDevice(issuer, clientId)
  const subject = await registerDevice(device, deviceName)
  const { access_token: accessToken } = await guestTokens(device)
  return { device, key: device.key, subject, accessToken }
}

async function post(url: string, form: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
  const answer: unknown = await response.json()
  if (!response.ok || typeof answer !== 'object' || answer === null)
    throw new Error(`${url}: ${JSON.stringify(answer)}`)
  return { ...answer }
}
