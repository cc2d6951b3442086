// openid-client 6, unmodified: login, userinfo, refresh, revoke, logout; PAR; DPoP; introspection; registration.
import * as client from 'openid-client'
import t from 'tap'
import { createInitialAccessToken } from '../../src/tokens/initial-access-token.ts'
import { errorOf, siteWithPerson } from '../support/loopback.ts'
import { API, APP, USER } from '../support/server.ts'

const REDIRECT_URI = 'https://shop.example.com/app/callback'
const insecure = { execute: [client.allowInsecureRequests] }

async function pkce() {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const expectedNonce = client.randomNonce()
  return {
    checks: { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true },
    parameters: {
      redirect_uri: REDIRECT_URI,
      scope: 'openid profile email orders:read',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      nonce: expectedNonce,
    },
  }
}

t.test('a public client: login, userinfo, refresh, revoke, logout', async (t) => {
  const { origin, send, register, personId } = await siteWithPerson(t)
  await register({ postLogoutRedirectUris: ['https://shop.example.com/bye'] })
  const config = await client.discovery(new URL(origin), APP.clientId, undefined, client.None(), insecure)
  const { checks, parameters } = await pkce()
  const callback = await send(client.buildAuthorizationUrl(config, parameters))
  const tokens = await client.authorizationCodeGrant(config, callback, checks)
  t.equal(tokens.claims()?.sub, personId)
  t.equal(tokens.scope, 'openid profile email orders:read')
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, personId)
  t.match(userinfo, { sub: personId, email: USER.email })

  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  t.equal(refreshed.claims()?.sub, personId)
  t.not(refreshed.refresh_token, tokens.refresh_token)
  await client.tokenRevocation(config, refreshed.refresh_token ?? '')
  t.match(await errorOf(client.refreshTokenGrant(config, refreshed.refresh_token ?? '')), { error: 'invalid_grant' })

  const end = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token ?? '',
    post_logout_redirect_uri: 'https://shop.example.com/bye',
    state: 'gone',
  })
  t.equal((await send(end)).href, 'https://shop.example.com/bye?state=gone')
  const silent = await pkce()
  const after = await send(client.buildAuthorizationUrl(config, { ...silent.parameters, prompt: 'none' }))
  t.equal(after.searchParams.get('error'), 'login_required', 'the session is over')
})

t.test('DPoP and PAR: tokens are bound to the key of the app', async (t) => {
  const { origin, send, personId } = await siteWithPerson(t)
  const config = await client.discovery(new URL(origin), APP.clientId, undefined, client.None(), insecure)
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  const { checks, parameters } = await pkce()
  const url = await client.buildAuthorizationUrlWithPAR(config, parameters, { DPoP })
  t.match(url.searchParams.get('request_uri'), /^urn:ietf:params:oauth:request_uri:/)
  const tokens = await client.authorizationCodeGrant(config, await send(url), checks, undefined, { DPoP })
  t.equal(tokens.token_type, 'dpop')
  t.match(await client.fetchUserInfo(config, tokens.access_token, personId, { DPoP }), { sub: personId })
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP })
  t.equal(refreshed.token_type, 'dpop')
  const stranger = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  t.match(
    await errorOf(client.refreshTokenGrant(config, refreshed.refresh_token ?? '', undefined, { DPoP: stranger })),
    { error: 'invalid_grant' },
  )
  t.match(await errorOf(client.refreshTokenGrant(config, refreshed.refresh_token ?? '')), { error: 'invalid_grant' })
  t.ok(
    await client.refreshTokenGrant(config, refreshed.refresh_token ?? '', undefined, { DPoP }),
    'nobody was logged out by that',
  )
})

t.test(
  'confidential clients: secret by Basic and by body, private_key_jwt, machine tokens, introspection',
  async (t) => {
    const { origin, register } = await siteWithPerson(t)
    const secret = 'a secret of more than thirty-two characters'
    const machine = { kind: 'web', redirectUris: [], grantTypes: ['client_credentials'] } as const
    await register({ ...machine, clientId: 'basic', authMethod: 'client_secret_basic', clientSecret: secret })
    await register({ ...machine, clientId: 'post', authMethod: 'client_secret_post', clientSecret: secret })
    const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ])
    const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
    const jwks = { keys: [{ kty, crv, x, y, kid: 'k', alg: 'ES256' }] }
    await register({ ...machine, clientId: 'keyed', authMethod: 'private_key_jwt', jwks })

    for (const [id, authentication] of [
      ['basic', client.ClientSecretBasic(secret)],
      ['post', client.ClientSecretPost(secret)],
      ['keyed', client.PrivateKeyJwt({ key: privateKey, kid: 'k' })],
    ] as const) {
      const config = await client.discovery(new URL(origin), id, undefined, authentication, insecure)
      const tokens = await client.clientCredentialsGrant(config, { scope: 'orders:read', resource: API.resource })
      t.match(tokens, { token_type: 'bearer', scope: 'orders:read', refresh_token: undefined }, id)
      t.match(
        await client.tokenIntrospection(config, tokens.access_token),
        { active: true, client_id: id, sub: id },
        id,
      )
      t.same(await client.tokenIntrospection(config, 'unknown'), { active: false }, id)
    }
  },
)

t.test('dynamic registration, with an initial access token', async (t) => {
  const { origin, db } = await siteWithPerson(t)
  const initialAccessToken = await createInitialAccessToken(db, { note: 'test', uses: 1, ttlSeconds: 60 })
  const metadata = {
    redirect_uris: [REDIRECT_URI],
    client_name: 'Newcomer',
    token_endpoint_auth_method: 'client_secret_basic',
  }
  const config = await client.dynamicClientRegistration(new URL(origin), metadata, client.ClientSecretBasic(), {
    ...insecure,
    initialAccessToken,
  })
  t.match(config.clientMetadata(), { client_id: /./, client_secret: /.{40}/, client_name: 'Newcomer' })
})
