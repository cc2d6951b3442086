// Microsoft Entra, as its documentation says that it answers ("OpenID Connect on the Microsoft identity platform", "ID token claims reference", "Optional claims").
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import t, { type Test } from 'tap'
import { readProviders } from '../../../src/identity/federation/configure.ts'
import { listen } from '../../support/site.ts'
import { catalogueOf } from '../../support/upstream.ts'

const ISSUER = 'http://localhost:4000'
const TENANT = '0123abcd-0123-0123-0123-0123456789ab'
const OTHER = 'ffffffff-0123-0123-0123-0123456789ab'
const asked = {
  redirectUri: `${ISSUER}/federation/work/callback`,
  state: 's'.repeat(43),
  nonce: 'n'.repeat(43),
  codeVerifier: 'v'.repeat(43),
  isFresh: false,
  ownPage: 'http://localhost:4000/interaction/visit',
}
const { privateKey, publicKey } = await generateKeyPair('RS256')
const jwk = { ...(await exportJWK(publicKey)), kid: 'entra', use: 'sig' }

interface Told {
  readonly claims?: Readonly<Record<string, unknown>>
  /** What the discovery document says. */
  readonly issuer?: (origin: string) => string
  /** What the token says. */
  readonly iss?: (origin: string) => string
}

async function entra(t: Test, { claims = {}, issuer = issuerOf, iss = issuerOf }: Told = {}) {
  const asks: string[] = []
  const server = createServer(async (request, response) => {
    asks.push(request.url ?? '')
    const answer = (value: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    const tenant = `${origin}/${TENANT}`
    if (request.url === `/${TENANT}/v2.0/.well-known/openid-configuration`)
      return answer({
        issuer: issuer(origin),
        authorization_endpoint: `${tenant}/oauth2/v2.0/authorize`,
        token_endpoint: `${tenant}/oauth2/v2.0/token`,
        userinfo_endpoint: `${origin}/oidc/userinfo`,
        jwks_uri: `${tenant}/discovery/v2.0/keys`,
        token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
        response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
        subject_types_supported: ['pairwise'],
        id_token_signing_alg_values_supported: ['RS256'],
        tenant_region_scope: 'EU',
      })
    if (request.url === `/${TENANT}/discovery/v2.0/keys`) return answer({ keys: [jwk] })
    if (request.url === `/${TENANT}/oauth2/v2.0/token`) {
      await text(request)
      const token = {
        aud: 'app',
        sub: 'pairwise',
        oid: 'object',
        tid: TENANT,
        nonce: asked.nonce,
        name: 'Ada',
        ver: '2.0',
      }
      const id_token = await new SignJWT({ ...token, iss: iss(origin), ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'entra', typ: 'JWT' })
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey)
      return answer({
        token_type: 'Bearer',
        scope: 'openid email profile',
        expires_in: 3599,
        access_token: 'opaque',
        id_token,
      })
    }
    return answer({ sub: 'pairwise', email: 'victim@example.com', email_verified: true })
  })
  const origin = `http://localhost:${await listen(t, server)}`
  const environment = await catalogueOf(t, {
    work: {
      kind: 'entra',
      tenant: TENANT,
      client_id: 'app',
      client_secret_variable: 'CORP_SECRET',
      url: origin,
      email_domains: ['*'],
    },
  })
  const providers = await readProviders({ catalogueFile: environment.CATALOGUE_FILE, issuer: ISSUER }, environment)
  const provider = providers.find('work')
  if (!provider) throw new Error('it is not there')
  const parameters = new URLSearchParams({ code: 'right', state: asked.state, session_state: 'theirs' })
  return { origin, provider, asks, finish: () => provider.finish({ ...asked, parameters }) }
}

function issuerOf(origin: string) {
  return `${origin}/${TENANT}/v2.0`
}

t.test(
  'somebody is the subject at the issuer of the one tenant, with the address whose domain the tenant has proven',
  async (t) => {
    const { origin, provider, asks, finish } = await entra(t, { claims: { email: 'ada@corp.example', xms_edov: true } })
    t.equal(provider.label, 'Microsoft')
    const sent = await provider.begin(asked)
    t.equal(sent.origin + sent.pathname, `${origin}/${TENANT}/oauth2/v2.0/authorize`)
    const identity = await finish()
    t.match(identity, { issuer: issuerOf(origin), subject: 'pairwise', email: 'ada@corp.example', name: 'Ada' })
    t.strictSame(provider.vouchedAddress(identity), { key: 'ada@corp.example', address: 'ada@corp.example' })
    t.notOk(asks.includes('/oidc/userinfo'))
  },
)

for (const claims of [
  { email: 'victim@example.com' },
  { email: 'victim@example.com', email_verified: true },
  { email: 'victim@example.com', email_verified: true, xms_edov: false },
  { email: 'victim@example.com', xms_edov: 'true' },
  { email: 'victim@example.com', verified_primary_email: ['victim@example.com'] },
  { preferred_username: 'victim@example.com', upn: 'victim@example.com', xms_edov: true },
])
  t.test(`an address that the tenant has only typed is nobody's: ${JSON.stringify(claims)}`, async (t) => {
    const { provider, asks, finish } = await entra(t, { claims })
    t.equal(provider.vouchedAddress(await finish()), undefined)
    t.notOk(asks.includes('/oidc/userinfo'), 'nor is it asked for elsewhere, where nothing is said of it')
  })

for (const [what, told] of [
  ['a token of another tenant', { iss: (origin: string) => `${origin}/${OTHER}/v2.0`, claims: { tid: OTHER } }],
  ['a token whose tid is another tenant', { claims: { tid: OTHER } }],
  ['a token without tid', { claims: { tid: undefined } }],
  ['a token whose issuer is the template', { iss: (origin: string) => `${origin}/{tenantid}/v2.0` }],
  [
    'a discovery document with the template of all tenants',
    { issuer: (origin: string) => `${origin}/{tenantid}/v2.0` },
  ],
  ['a token for another app', { claims: { aud: 'other' } }],
  ['a token of another sign-in', { claims: { nonce: 'other' } }],
] as const)
  t.test(`${what} signs nobody in`, async (t) => {
    await t.rejects((await entra(t, told)).finish())
  })

for (const tenant of ['common', 'organizations', 'consumers', 'corp.example', TENANT.toUpperCase()])
  t.test(`the configuration is refused: ${tenant} as tenant`, async (t) => {
    const work = { kind: 'entra', tenant, client_id: 'app', client_secret_variable: 'CORP_SECRET' }
    const environment = await catalogueOf(t, { work })
    await t.rejects(readProviders({ catalogueFile: environment.CATALOGUE_FILE, issuer: ISSUER }, environment), {
      name: 'ConfigError',
      message: /line 1, column \d+: work\.tenant has to be the ID of one tenant/,
    })
  })
