// oauth4webapi 3, unmodified: each step of a login by hand, with PAR and DPoP, to refresh, revocation and introspection.
import * as oauth from 'oauth4webapi'
import t from 'tap'
import { errorOf, siteWithPerson } from '../support/loopback.ts'
import { API, APP, USER } from '../support/server.ts'

const REDIRECT_URI = 'com.example.shop:/callback'
const options = { [oauth.allowInsecureRequests]: true } as const

t.test('every step of a login, bound to a key', async (t) => {
  const { origin, send, personId } = await siteWithPerson(t)
  const issuer = new URL(origin)
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { ...options, algorithm }),
    )
    const client: oauth.Client = { client_id: APP.clientId, id_token_signed_response_alg: 'ES256' }
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
    const verifier = oauth.generateRandomCodeVerifier()
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
    const parameters = new URLSearchParams({
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'openid email orders:read',
      resource: API.resource,
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    /** Once more with the nonce that the server gave, where it asked for one (RFC 9449 §8). */
    const withNonce = async <T>(request: () => Promise<T>): Promise<T> => {
      try {
        return await request()
      } catch (error) {
        if (!oauth.isDPoPNonceError(error)) throw error
        return request()
      }
    }
    const pushed = await withNonce(async () =>
      oauth.processPushedAuthorizationResponse(
        server,
        client,
        await oauth.pushedAuthorizationRequest(server, client, oauth.None(), parameters, { ...options, DPoP }),
      ),
    )
    const url = new URL(server.authorization_endpoint ?? '')
    url.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri }).toString()
    const answer = oauth.validateAuthResponse(server, client, await send(url), state)
    const tokens = await withNonce(async () =>
      oauth.processAuthorizationCodeResponse(
        server,
        client,
        await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), answer, REDIRECT_URI, verifier, {
          ...options,
          DPoP,
        }),
        { expectedNonce: nonce, requireIdToken: true },
      ),
    )
    const claims = oauth.getValidatedIdTokenClaims(tokens)
    t.equal(claims?.sub, personId)
    t.equal(tokens.token_type, 'dpop')
    const userinfo = await withNonce(async () =>
      oauth.processUserInfoResponse(
        server,
        client,
        personId,
        await oauth.userInfoRequest(server, client, tokens.access_token, { ...options, DPoP }),
      ),
    )
    t.match(userinfo, { sub: personId, email: USER.email })
    const refreshed = await withNonce(async () =>
      oauth.processRefreshTokenResponse(
        server,
        client,
        await oauth.refreshTokenGrantRequest(server, client, oauth.None(), tokens.refresh_token ?? '', {
          ...options,
          DPoP,
        }),
      ),
    )
    t.not(refreshed.refresh_token, tokens.refresh_token)
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, client, oauth.None(), refreshed.refresh_token ?? '', options),
    )
    const dead = await withNonce(() =>
      oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshed.refresh_token ?? '', { ...options, DPoP }),
    )
    t.match(await errorOf(oauth.processRefreshTokenResponse(server, client, dead)), { error: 'invalid_grant' })
  }
})
