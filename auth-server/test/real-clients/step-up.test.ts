// Step-up by foreign clients, unmodified: openid-client and oauth4webapi ask for a stronger and a fresher login, and check it.
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import t, { type Test } from 'tap'
import { MFA_ACR, PASSWORD_ACR } from '../../src/identity/acr.ts'
import { turnClock } from '../support/database.ts'
import { siteWithPerson } from '../support/loopback.ts'
import { answerOf, logIn } from '../support/phone.ts'
import { addAuthenticatorApp } from '../support/second-factor.ts'
import { APP } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'

/** A person with an app for codes, who answers whatever page comes. */
async function open(t: Test) {
  const site = await siteWithPerson(t)
  const { browser, db } = site
  const first = await site.send(`${site.origin}/authorize?${new URLSearchParams(QUERY)}`)
  t.ok(first.searchParams.get('code'), 'signed in by password alone')
  const phone = await addAuthenticatorApp(site, site.personId)
  const send = async (url: URL): Promise<URL> => {
    let page = await browser.open(url.pathname + url.search)
    if (page.body.includes('name="password"')) page = await logIn(browser, page)
    if (page.body.includes('/second-factor"'))
      page = await browser.submit(page, '/second-factor', { code: await phone.code() })
    return new URL(answerOf(page).status === 303 ? (page.headers.location ?? '') : 'about:blank')
  }
  return { ...site, send, later: (seconds: number) => turnClock(t, db, seconds) }
}

const VERIFIER = client.randomPKCECodeVerifier()
const QUERY = {
  response_type: 'code',
  client_id: APP.clientId,
  redirect_uri: CLAIMED_URI,
  scope: 'openid',
  nonce: 'a-nonce',
  state: 'a-state',
  code_challenge: await client.calculatePKCECodeChallenge(VERIFIER),
  code_challenge_method: 'S256',
}

t.test('openid-client: acr_values, then max_age', async (t) => {
  const { origin, send, later } = await open(t)
  const config = await client.discovery(new URL(origin), APP.clientId, undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  })
  t.ok(config.serverMetadata().acr_values_supported?.includes(MFA_ACR))
  const checks = { pkceCodeVerifier: VERIFIER, expectedState: 'a-state', expectedNonce: 'a-nonce' }
  const better = client.buildAuthorizationUrl(config, { ...QUERY, acr_values: `${MFA_ACR} ${PASSWORD_ACR}` })
  const strong = await client.authorizationCodeGrant(config, await send(better), checks)
  t.match(strong.claims(), { acr: MFA_ACR, amr: ['pwd', 'otp', 'mfa'] })
  await later(600)
  const fresher = client.buildAuthorizationUrl(config, { ...QUERY, acr_values: MFA_ACR, max_age: '60' })
  const fresh = await client.authorizationCodeGrant(config, await send(fresher), { ...checks, maxAge: 60 })
  t.match(fresh.claims(), { acr: MFA_ACR })
  t.ok(Number(fresh.claims()?.auth_time) >= Number(strong.claims()?.auth_time) + 600)
})

t.test('oauth4webapi: an essential acr in claims, with auth_time required', async (t) => {
  const { origin, send } = await open(t)
  const options = { [oauth.allowInsecureRequests]: true } as const
  const issuer = new URL(origin)
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
  const app: oauth.Client = {
    client_id: APP.clientId,
    id_token_signed_response_alg: 'ES256',
    require_auth_time: true,
  }
  const claims = JSON.stringify({ id_token: { acr: { essential: true, values: [MFA_ACR] } } })
  const url = new URL(server.authorization_endpoint ?? '')
  url.search = new URLSearchParams({ ...QUERY, claims, max_age: '0' }).toString()
  const answer = oauth.validateAuthResponse(server, app, await send(url), 'a-state')
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    app,
    oauth.None(),
    answer,
    CLAIMED_URI,
    VERIFIER,
    options,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, app, response, {
    expectedNonce: 'a-nonce',
    maxAge: 60,
    requireIdToken: true,
  })
  t.match(oauth.getValidatedIdTokenClaims(tokens), { acr: MFA_ACR, amr: ['pwd', 'otp', 'mfa'] })
})
