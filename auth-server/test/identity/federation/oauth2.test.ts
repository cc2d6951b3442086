// A provider of plain OAuth 2, by settings alone: who it is stands in a document, and subjects are known by that document's address.
import { createServer } from 'node:http'
import t, { type Test } from 'tap'
import { readProviders } from '../../../src/identity/federation/configure.ts'
import { listen } from '../../support/site.ts'
import { catalogueOf, UPSTREAM_SECRET } from '../../support/upstream.ts'

const ISSUER = 'http://localhost:4000'
const asked = {
  redirectUri: `${ISSUER}/federation/forum/callback`,
  state: 's'.repeat(43),
  nonce: 'n'.repeat(43),
  codeVerifier: 'v'.repeat(43),
  isFresh: false,
  ownPage: 'http://localhost:4000/interaction/visit',
}

async function forum(t: Test, told: unknown, settings: Readonly<Record<string, string>> = {}, status = 200) {
  const authorizations: (string | undefined)[] = []
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization)
    const answer = request.url === '/token' ? { access_token: 'token', token_type: 'bearer' } : told
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  const url = `http://localhost:${await listen(t, server)}`
  const environment = await catalogueOf(t, {
    forum: {
      kind: 'oauth2',
      authorization_url: `${url}/authorize`,
      token_url: `${url}/token`,
      userinfo_url: `${url}/me`,
      client_id: 'app',
      client_secret_variable: 'CORP_SECRET',
      scopes: 'me',
      ...settings,
    },
  })
  const providers = await readProviders({ catalogueFile: environment.CATALOGUE_FILE, issuer: ISSUER }, environment)
  const provider = providers.find('forum')
  if (!provider) throw new Error('it is not there')
  const finish = (more: Readonly<Record<string, string>> = {}) =>
    provider.finish({ ...asked, parameters: new URLSearchParams({ code: 'code', state: asked.state, ...more }) })
  return { url, finish, provider, authorizations }
}

t.test('somebody is the subject of the document, with what it says of the address', async (t) => {
  const told = { sub: 'bob', email: 'bob@forum.example', email_verified: true, name: 'Bob' }
  const { url, finish, authorizations } = await forum(t, told)
  t.match(await finish(), { issuer: `${url}/me`, subject: 'bob', email: told.email, emailVerified: true, name: 'Bob' })
  const secret = `Basic ${Buffer.from(`app:${encodeURIComponent(UPSTREAM_SECRET).replaceAll('%20', '+')}`).toString('base64')}`
  t.strictSame(authorizations, [secret, 'Bearer token'])
})

t.test('a token endpoint that answers a look with 500 can be reached', async (t) => {
  const { provider } = await forum(t, {}, {}, 500)
  await provider.prepare()
  t.equal(provider.lastFailure(), undefined)
  t.equal(provider.isDown(), false)
})

t.test('fields by other names, and a number as subject', async (t) => {
  const names = { subject: 'id', email: 'mail', email_verified: 'confirmed', name: 'nick' }
  const { finish } = await forum(t, { id: 7, mail: 'bob@forum.example', confirmed: true, nick: 'bobby' }, names)
  t.match(await finish(), { subject: '7', email: 'bob@forum.example', emailVerified: true, name: 'bobby' })
})

for (const [what, told] of [
  ['no subject', { email: 'bob@forum.example' }],
  ['an empty subject', { sub: '' }],
  ['a number that is rounded', { sub: 2 ** 53 }],
  ['an object as subject', { sub: {} }],
  ['a list', []],
  ['null', null],
] as const)
  t.test(`a document with ${what} signs nobody in`, async (t) => {
    await t.rejects((await forum(t, told)).finish())
  })

t.test('yes in another spelling is no: the address is not verified', async (t) => {
  for (const email_verified of ['true', 1, 'yes', null]) {
    const { finish } = await forum(t, { sub: 'bob', email: 'bob@forum.example', email_verified })
    t.match(await finish(), { emailVerified: false })
  }
})

t.test('an answer that names an issuer is of that one, or is refused', async (t) => {
  const { finish } = await forum(t, { sub: 'bob' })
  await t.rejects(finish({ iss: 'https://evil.example' }))
  const named = await forum(t, { sub: 'bob' }, { issuer: 'https://forum.example' })
  t.match(await named.finish({ iss: 'https://forum.example' }), { subject: 'bob' })
  await t.rejects(named.finish({ iss: 'https://evil.example' }))
})
