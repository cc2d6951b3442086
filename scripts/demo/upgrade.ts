// From guest to account: the app pushes a request that its device signs, and redeems the code with the device's key.
import * as oauth from 'oauth4webapi'
import type { GuestDevice } from './guest.ts'
import { discover } from './login.ts'

/** What the app waits for while the person is in the browser. */
export interface BegunUpgrade {
  /** What the app opens in the system browser. */
  readonly address: string
  readonly requestUri: string
  /** Takes the redirect, and trades its code for tokens. */
  readonly redeem: (redirect: string) => Promise<oauth.TokenEndpointResponse>
}

/** Pushes the request (RFC 9126). Only the device can: it takes an assertion and a proof by the guest's key. */
export async function beginUpgrade(
  device: GuestDevice,
  { redirectUri, resource }: Readonly<{ redirectUri: string; resource: string }>,
): Promise<BegunUpgrade> {
  const { server, authentication, options } = await discover(device.issuer)
  const client: oauth.Client = { client_id: device.clientId }
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const bound = { ...options, DPoP: device.key }
  const parameters = {
    response_type: 'code',
    redirect_uri: redirectUri,
    resource,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    device_assertion: await device.assertion(),
  }
  const pushed = await oauth.pushedAuthorizationRequest(server, client, authentication, parameters, bound)
  const { request_uri: requestUri } = await oauth.processPushedAuthorizationResponse(server, client, pushed)
  const address = new URL(server.authorization_endpoint ?? '')
  address.search = new URLSearchParams({ client_id: device.clientId, request_uri: requestUri }).toString()
  const redeem: BegunUpgrade['redeem'] = async (redirect) => {
    const answer = oauth.validateAuthResponse(server, client, new URL(redirect), state)
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      answer,
      redirectUri,
      verifier,
      bound,
    )
    return oauth.processAuthorizationCodeResponse(server, client, response)
  }
  return { address: address.href, requestUri, redeem }
}
