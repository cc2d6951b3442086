// openid-client and oauth4webapi as they are, over HTTP: pushed requests, DPoP, and the nonces that they learn by themselves.
import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import t from 'tap'
import { NONCE_WINDOW_SECONDS } from '../../src/oauth/dpop/nonce.ts'
import { Browser } from '../support/browser.ts'
import { turnClock } from '../support/database.ts'
import { logIn, REDIRECT_URI } from '../support/phone.ts'
import { API, APP, ISSUER, type TestServer, testServer } from '../support/server.ts'

/** The server on a port, and a fetch that goes there for the issuer's origin; `seen` notes path and status. */
async function overHttp({ app }: TestServer) {
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const seen: string[] = []
  const send = async (url: string, options: object): Promise<Response> => {
    const response = await fetch(url.replace(ISSUER, `http://127.0.0.1:${port}`), options)
    seen.push(`${new URL(url).pathname} ${response.status}`)
    return response
  }
  return { seen, send }
}

/** The person opens the app's link, logs in, and the phone hands the redirect to the app. */
async function callbackOf(server: TestServer, link: URL): Promise<URL> {
  const browser = new Browser(server.app)
  const done = await logIn(browser, await browser.open(link.href.replace(ISSUER, '')))
  return new URL(done.headers.location ?? '')
}

t.test('openid-client: push, log in, redeem, refresh across an old nonce, userinfo, all with one key', async (t) => {
  const server = await testServer(t)
  const { seen, send } = await overHttp(server)
  const config = await openid.discovery(new URL(ISSUER), APP.clientId, undefined, openid.None(), {
    execute: [openid.allowInsecureRequests],
    [openid.customFetch]: send,
  })
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const parameters = {
    redirect_uri: REDIRECT_URI,
    scope: 'openid orders:read',
    state: 'a-state',
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  }
  const link = await openid.buildAuthorizationUrlWithPAR(config, parameters, { DPoP })
  t.same([...link.searchParams.keys()].sort(), ['client_id', 'request_uri'])

  const checks = { pkceCodeVerifier, expectedState: 'a-state' }
  const first = await openid.authorizationCodeGrant(config, await callbackOf(server, link), checks, undefined, { DPoP })
  t.equal(first.token_type, 'dpop')
  t.equal(decodeJwt(first.access_token).aud, API.resource)
  const second = await openid.refreshTokenGrant(config, first.refresh_token ?? '', undefined, { DPoP })
  const person = await openid.fetchUserInfo(config, second.access_token, server.personId, { DPoP })
  t.equal(person.sub, server.personId)

  await turnClock(t, server.db, 2 * NONCE_WINDOW_SECONDS)
  await openid.refreshTokenGrant(config, second.refresh_token ?? '', undefined, { DPoP })
  t.same(seen.slice(1), ['/par 201', '/token 200', '/token 200', '/userinfo 200', '/token 400', '/token 200'])
})

t.test(
  'oauth4webapi: a phone that refreshes first thing after its start learns the nonce and tries again',
  async (t) => {
    const server = await testServer(t)
    const { seen, send } = await overHttp(server)
    const insecure = { [oauth.allowInsecureRequests]: true, [oauth.customFetch]: send }
    const issuer = new URL(ISSUER)
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
    const client: oauth.Client = { client_id: APP.clientId }
    const keys = await oauth.generateKeyPair('ES256')

    const verifier = oauth.generateRandomCodeVerifier()
    const started = oauth.DPoP(client, keys)
    const parameters = new URLSearchParams({
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      dpop_jkt: await started.calculateThumbprint(),
    })
    const push = await oauth.pushedAuthorizationRequest(as, client, oauth.None(), parameters, {
      ...insecure,
      DPoP: started,
    })
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, push)
    const link = new URL(
      `${as.authorization_endpoint}?${new URLSearchParams({ client_id: client.client_id, request_uri })}`,
    )
    const answer = oauth.validateAuthResponse(as, client, await callbackOf(server, link), oauth.expectNoState)
    const options = { ...insecure, DPoP: started }
    const redeemed = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      oauth.None(),
      answer,
      REDIRECT_URI,
      verifier,
      options,
    )
    const first = await oauth.processAuthorizationCodeResponse(as, client, redeemed)

    // The app is started anew: it has its keys and its refresh token, and no nonce.
    const restarted = oauth.DPoP(client, keys)
    const refresh = async () => {
      const fresh = { ...insecure, DPoP: restarted }
      const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), first.refresh_token ?? '', fresh)
      return oauth.processRefreshTokenResponse(as, client, response)
    }
    const second = await refresh().catch((error: unknown) => {
      if (!oauth.isDPoPNonceError(error)) throw error
      return refresh()
    })
    t.equal(second.token_type, 'dpop')
    t.same(seen.slice(1), ['/par 201', '/token 200', '/token 400', '/token 200'])
  },
)
