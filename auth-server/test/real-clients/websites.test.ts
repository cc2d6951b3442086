// Websites on Node, with libraries unmodified: passport-openidconnect 0.1 (a nonce, no PKCE) and simple-oauth2 5 (no OpenID Connect).
import OpenIDConnectStrategy from 'passport-openidconnect'
import { AuthorizationCode, ClientCredentials } from 'simple-oauth2'
import t from 'tap'
import { PASSWORD_ACR } from '../../src/identity/acr.ts'
import { errorOf, siteWithPerson } from '../support/loopback.ts'
import { nameAndVerify, sayEverything } from '../support/people.ts'
import { pkcePair } from '../support/phone.ts'
import { API, USER } from '../support/server.ts'

const REDIRECT_URI = 'https://news.example.com/callback'
/** With every kind of character that RFC 6749 §2.3.1 has encoded before Base64. */
const SECRET = 'a secret: of more+than 32 characters, 100 % / & ~!'

/** What a strategy does with a request, as Passport hears of it. */
interface Outcome {
  readonly redirect?: string
  readonly user?: unknown
  readonly failure?: unknown
  readonly error?: unknown
}

t.test('passport-openidconnect: login, claims by name, userinfo; a code once; an error that it can read', async (t) => {
  const { origin, send, register, personId, db } = await siteWithPerson(t)
  await nameAndVerify(db, personId, 'Ada Lovelace')
  await sayEverything(db, personId)
  await register({
    clientId: 'news',
    kind: 'web',
    redirectUris: [REDIRECT_URI],
    authMethod: 'client_secret_post',
    clientSecret: SECRET,
    pkceRequired: false,
  })
  const strategy = new OpenIDConnectStrategy(
    {
      issuer: origin,
      authorizationURL: `${origin}/authorize`,
      tokenURL: `${origin}/token`,
      userInfoURL: `${origin}/userinfo`,
      clientID: 'news',
      clientSecret: SECRET,
      callbackURL: REDIRECT_URI,
      scope: 'email',
      nonce: 'true',
      skipUserProfile: false,
      claims: { userinfo: { name: { essential: true }, given_name: null } },
    },
    (
      issuer: string,
      profile: OpenIDConnectStrategy.Profile,
      context: object,
      _idToken: string | object,
      done: OpenIDConnectStrategy.VerifyCallback,
    ) => done(null, { issuer, profile, context }),
  )
  const session = {}
  const authenticate = (query: object, options: object = {}) =>
    new Promise<Outcome>((resolve) => {
      const asPassport = Object.assign(Object.create(strategy), {
        redirect: (redirect: string) => resolve({ redirect }),
        success: (user: unknown) => resolve({ user }),
        fail: (failure: unknown) => resolve({ failure }),
        error: (error: unknown) => resolve({ error }),
      })
      Reflect.apply(strategy.authenticate, asPassport, [{ query, session }, options])
    })
  const callback = async (options?: object) => {
    const { redirect } = await authenticate({}, options)
    return Object.fromEntries((await send(redirect ?? '')).searchParams)
  }

  const answer = await callback()
  const { user } = await authenticate(answer)
  t.match(user, {
    issuer: origin,
    profile: { id: personId, displayName: 'Ada Lovelace', name: { givenName: 'Ada' }, emails: [{ value: USER.email }] },
    context: { class: PASSWORD_ACR, methods: ['pwd'], timestamp: Date },
  })
  const next = await callback({ prompt: 'none' })
  t.match(await authenticate({ ...next, code: answer.code }), { error: { name: 'TokenError', code: 'invalid_grant' } })
  const unknown = await callback({ prompt: 'unheard of' })
  t.match(await authenticate(unknown), { error: { name: 'AuthorizationError', code: 'invalid_request' } })
})

t.test('simple-oauth2: a secret of any characters; code, refresh, revocation; a machine', async (t) => {
  const { origin, send, register } = await siteWithPerson(t)
  const confidential = { kind: 'web', authMethod: 'client_secret_basic', clientSecret: SECRET } as const
  await register({ ...confidential, clientId: 'shop', redirectUris: [REDIRECT_URI] })
  await register({ ...confidential, clientId: 'robot', redirectUris: [], grantTypes: ['client_credentials'] })
  const auth = { tokenHost: origin, tokenPath: '/token', revokePath: '/revoke' }
  const client = { id: 'shop', secret: SECRET }
  const shop = new AuthorizationCode({ client, auth: { ...auth, authorizePath: '/authorize' } })
  const { verifier, challenge } = pkcePair()
  const asked = {
    redirect_uri: REDIRECT_URI,
    scope: ['orders:read', 'orders:write'],
    state: 'a-state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    resource: API.resource,
  }
  const answer = (await send(shop.authorizeURL(asked))).searchParams
  t.equal(answer.get('state'), 'a-state')
  const redeemed = { code: answer.get('code') ?? '', redirect_uri: REDIRECT_URI, code_verifier: verifier }
  const tokens = await shop.getToken(redeemed)
  t.match(tokens.token, { token_type: 'Bearer', scope: 'orders:read orders:write', access_token: /./ })
  t.notOk(tokens.expired())
  const refreshed = await tokens.refresh({ scope: ['orders:read'] })
  t.match(refreshed.token, { scope: 'orders:read', refresh_token: /./ })
  await refreshed.revokeAll()
  t.match(await errorOf(refreshed.refresh()), { data: { payload: { error: 'invalid_grant' } } })

  const robot = new ClientCredentials({ client: { id: 'robot', secret: SECRET }, auth })
  t.match((await robot.getToken({ scope: 'orders:read' })).token, { scope: 'orders:read', token_type: 'Bearer' })
  const impostor = new ClientCredentials({ client: { id: 'robot', secret: `${SECRET}!` }, auth })
  t.match(await errorOf(impostor.getToken({})), {
    output: { statusCode: 401 },
    data: { payload: { error: 'invalid_client' } },
  })
})
