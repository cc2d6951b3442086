// OpenID Connect providers that are broken or hostile: whatever they answer, nobody is signed in, and nobody waits for long.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import t, { type Test } from 'tap'
import type { MappedClaim } from '../../../src/identity/federation/claim-mapping.ts'
import { openOidc } from '../../../src/identity/federation/oidc.ts'
import { openProvider } from '../../../src/identity/federation/open-provider.ts'
import type { IdentityProvider } from '../../../src/identity/federation/providers.ts'
import { listen } from '../../support/site.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown

const KEY = await generateKeyPair('ES256')
const OTHER_KEY = await generateKeyPair('ES256')
const asked = {
  redirectUri: 'http://localhost:4000/federation/corp/callback',
  state: 's'.repeat(43),
  nonce: 'n'.repeat(43),
  codeVerifier: 'v'.repeat(43),
  isFresh: false,
  ownPage: 'http://localhost:4000/interaction/visit',
}

function json(value: unknown, status = 200): Answer {
  return (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

function openAs(issuer: string, ours: string, claims: readonly MappedClaim[] = []) {
  const settings = { issuer, clientId: 'gateway', clientSecret: 'secret', scopes: 'openid email', freshPrompt: 'login' }
  const named = {
    name: 'corp',
    label: 'Corp',
    kind: 'oidc',
    isLinkOnly: false,
    emailDomains: ['corp.example'],
    claims,
    groups: { path: [], groups: new Map() },
  }
  return openProvider(named, ours, (tools) => openOidc(settings, tools))
}

/** A provider that answers as told; what is not told is sound. */
async function provider(
  t: Test,
  changes: Readonly<Record<string, Answer>> = {},
  { claims = {}, key = KEY.privateKey }: { claims?: Readonly<Record<string, unknown>>; key?: CryptoKey } = {},
  discovered: Readonly<Record<string, string>> = {},
  mapped: readonly MappedClaim[] = [],
) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    void (changes[pathname] ?? sound[pathname] ?? json({}, 404))(request, response)
  })
  const issuer = `http://localhost:${await listen(t, server)}`
  const now = Math.floor(Date.now() / 1000)
  const sound: Readonly<Record<string, Answer>> = {
    '/.well-known/openid-configuration': json({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/jwks`,
      id_token_signing_alg_values_supported: ['ES256'],
      ...discovered,
    }),
    '/jwks': json({ keys: [{ ...(await exportJWK(KEY.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] }),
    '/userinfo': json({ sub: 'bob', email: 'bob@corp.example', email_verified: true }),
    async '/token'(request, response) {
      const payload = {
        sub: 'bob',
        nonce: asked.nonce,
        iss: issuer,
        aud: 'gateway',
        iat: now,
        exp: now + 60,
        ...claims,
      }
      const id_token = await new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(key)
      return json({ access_token: 'token', token_type: 'Bearer', id_token })(request, response)
    },
  }
  const opened = openAs(issuer, 'http://localhost:4000', mapped)
  if (!opened) throw new Error('it was not opened')
  return { issuer, provider: opened }
}

function finish(provider: IdentityProvider, more: Readonly<Record<string, string>> = {}) {
  const parameters = new URLSearchParams({ code: 'code', state: asked.state, ...more })
  return provider.finish({ ...asked, parameters })
}

t.test('a sound one says who it is, and what is true of the address', async (t) => {
  const { issuer, provider: corp } = await provider(t)
  const identity = await finish(corp)
  t.match(identity, { issuer, subject: 'bob', email: 'bob@corp.example', emailVerified: true })
  t.strictSame(corp.vouchedAddress(identity), { key: 'bob@corp.example', address: 'bob@corp.example' })
  t.equal(corp.isDown(), false)
})

const WRONG: readonly (readonly [what: string, options: Parameters<typeof provider>[2]])[] = [
  ['another nonce', { claims: { nonce: 'another' } }],
  ['no nonce', { claims: { nonce: undefined } }],
  ['another audience', { claims: { aud: 'another' } }],
  ['several audiences and no azp', { claims: { aud: ['gateway', 'another'], azp: undefined } }],
  ['another issuer', { claims: { iss: 'https://evil.example' } }],
  ['an end in the past', { claims: { exp: 1 } }],
  ['no subject', { claims: { sub: undefined } }],
  ['an empty subject', { claims: { sub: '' } }],
  ['NUL in the subject', { claims: { sub: 'b\0b' } }],
  ['a subject of 256 characters', { claims: { sub: 'b'.repeat(256) } }],
  ['a signature by another key', { key: OTHER_KEY.privateKey }],
]
for (const [what, options] of WRONG)
  t.test(`an ID token with ${what} signs nobody in`, async (t) => {
    const { provider: corp } = await provider(t, {}, options)
    await t.rejects(finish(corp))
    t.equal(corp.isDown(), false, 'it is not down, but wrong')
  })

for (const [email, expected] of [
  ['Bob@CORP.example', { key: 'bob@corp.example', address: 'Bob@corp.example' }],
  ['bob@corp.example.evil.example', undefined],
  ['bob@evil.example', undefined],
  ['x@evil.example@corp.example', undefined],
  ['"a b"@corp.example', undefined],
  ['bob\n@corp.example', undefined],
  // Full-width: it reads as bob@corp.example, and is another mailbox to whoever has verified it.
  ['\uff42ob@corp.example', undefined],
  ['bob@\uff43orp.example', undefined],
  ['', undefined],
] as const)
  t.test(`vouched for, where it is the authority: ${JSON.stringify(email)}`, async (t) => {
    const corp = openAs('https://corp.example', 'https://login.example.com')
    const identity = { issuer: 'https://corp.example', subject: 'bob', email, claims: {} }
    t.strictSame(corp?.vouchedAddress({ ...identity, emailVerified: true }), expected)
    t.equal(corp?.vouchedAddress({ ...identity, emailVerified: false }), undefined)
  })

t.test(
  'userinfo is asked for what the configuration makes use of and the ID token does not have, and not otherwise',
  async (t) => {
    let asked = 0
    const userinfo: Answer = (request, response) => {
      asked += 1
      return json({ sub: 'bob', department: 'Sales', email: 'other@corp.example' })(request, response)
    }
    const mapped = [{ path: ['department'], claim: 'unit' }]
    const told = { email: 'bob@corp.example', email_verified: true }
    for (const [claims, mapping, times] of [
      [told, [], 0],
      [{ ...told, department: 'Law' }, mapped, 0],
      [told, mapped, 1],
    ] as const) {
      asked = 0
      const { provider: corp } = await provider(t, { '/userinfo': userinfo }, { claims }, {}, mapping)
      t.match(await finish(corp), { email: 'bob@corp.example', claims: times === 0 ? claims : { department: 'Sales' } })
      t.equal(asked, times)
    }
  },
)

t.test('of two addresses, each is verified by the word of who tells of it', async (t) => {
  const mapping = [{ path: ['department'], claim: 'department' }]
  const rows = [
    [{ email: 'ada@corp.example' }, { email: 'bob@corp.example', email_verified: true }, undefined],
    [{ email: 'ada@corp.example' }, { email: 'ada@corp.example', email_verified: true }, 'ada@corp.example'],
    [{ email: 'ada@corp.example', email_verified: true }, { email_verified: false }, 'ada@corp.example'],
    [{ email_verified: true }, { email: 'bob@corp.example' }, undefined],
  ] as const
  for (const [claims, told, vouched] of rows) {
    const { provider: corp } = await provider(
      t,
      { '/userinfo': json({ sub: 'bob', ...told }) },
      { claims },
      {},
      mapping,
    )
    t.equal(corp.vouchedAddress(await finish(corp))?.address, vouched, JSON.stringify(claims))
  }
})

t.test('userinfo of another subject signs nobody in', async (t) => {
  const { provider: corp } = await provider(t, { '/userinfo': json({ sub: 'ada', email: 'ada@corp.example' }) })
  await t.rejects(finish(corp))
})

const redirect: Answer = (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end()
const huge: Answer = (_request, response) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(`{"x":"${'x'.repeat(10 * 1024 * 1024)}"}`)
const NEVER: Answer = () => {}

for (const path of ['/.well-known/openid-configuration', '/jwks', '/token', '/userinfo'])
  for (const [what, answer] of [
    ['a redirect', redirect],
    ['10 MB', huge],
    ['500', json({}, 500)],
    ['no JSON', (_request: IncomingMessage, response: ServerResponse) => response.end('<html>')],
  ] as const)
    t.test(`${path} answers with ${what}: nobody is signed in`, async (t) => {
      const { provider: corp } = await provider(t, { [path]: answer })
      await t.rejects(finish(corp))
      if (what === '500' || what === '10 MB') t.equal(corp.isDown(), true)
    })

t.test('who waits for an answer waits for five seconds, whichever it is, and others meanwhile know', async (t) => {
  const began = performance.now()
  const paths = ['/.well-known/openid-configuration', '/jwks', '/token', '/userinfo']
  await Promise.all(
    paths.map(async (path) => {
      const { provider: corp } = await provider(t, { [path]: NEVER })
      await t.rejects(finish(corp), path)
      t.equal(corp.isDown(), true, path)
    }),
  )
  t.ok(performance.now() - began < 9000)
})

t.test('a discovery document that names private addresses leads this server nowhere', async (t) => {
  for (const name of ['token_endpoint', 'jwks_uri', 'userinfo_endpoint'])
    for (const origin of ['https://10.0.0.1', 'https://169.254.169.254', 'https://[fd00::1]']) {
      const { provider: corp } = await provider(t, {}, {}, { [name]: `${origin}/` })
      await t.rejects(finish(corp), { cause: { name: 'ForbiddenAddress' } }, `${name} ${origin}`)
    }
})

t.test('a discovery document of another issuer, or of a template, is none', async (t) => {
  for (const issuer of ['https://login.example.com/{tenantid}/v2.0', 'https://evil.example']) {
    const { provider: corp } = await provider(t, {
      '/.well-known/openid-configuration': json({ issuer, authorization_endpoint: `${issuer}/authorize` }),
    })
    await t.rejects(corp.begin(asked))
  }
})

t.test('private addresses are asked nothing; nor is this machine, by a server that is not on it', async (t) => {
  for (const [issuer, ours] of [
    ['https://10.0.0.1', 'http://localhost:4000'],
    ['https://169.254.169.254', 'http://localhost:4000'],
    ['https://localhost:1', 'https://login.example.com'],
    ['http://localhost:1', 'https://login.example.com'],
  ] as const) {
    const corp = openAs(issuer, ours)
    await t.rejects(async () => corp?.begin(asked), issuer)
  }
})
