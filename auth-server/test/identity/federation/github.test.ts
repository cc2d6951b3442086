// GitHub, as its documentation says that it answers ("Authorizing OAuth apps", "Get the authenticated user", "List email addresses").
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { sha256 } from '../../../src/crypto/digest.ts'
import { readProviders } from '../../../src/identity/federation/configure.ts'
import { listen } from '../../support/site.ts'
import { catalogueOf, UPSTREAM_SECRET } from '../../support/upstream.ts'

const ISSUER = 'http://localhost:4000'
const asked = {
  redirectUri: `${ISSUER}/federation/github/callback`,
  state: 's'.repeat(43),
  nonce: 'n'.repeat(43),
  codeVerifier: 'v'.repeat(43),
  isFresh: false,
  ownPage: 'http://localhost:4000/interaction/visit',
}
const OCTOCAT = { login: 'octocat', id: 583231, name: 'Mona', email: 'shown@example.com' }
const ADDRESSES = [
  { email: 'second@example.com', verified: true, primary: false, visibility: null },
  { email: 'mona@example.com', verified: true, primary: true, visibility: 'private' },
]

interface Told {
  readonly user?: unknown
  readonly emails?: unknown
  readonly emailsStatus?: number
}

async function github(t: Test, { user = OCTOCAT, emails = ADDRESSES, emailsStatus = 200 }: Told = {}) {
  const tokenRequests: URLSearchParams[] = []
  const answer = (response: ServerResponse, value: unknown, status = 200) =>
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value))
  const server = createServer(async (request: IncomingMessage, response) => {
    if (request.url === '/login/oauth/access_token' && request.method === 'POST') {
      const form = new URLSearchParams(await text(request))
      tokenRequests.push(form)
      // Under 200, as GitHub does.
      if (form.get('code') !== 'right')
        return answer(response, {
          error: 'bad_verification_code',
          error_description: 'The code passed is incorrect or expired.',
        })
      return answer(response, { access_token: 'gho_token', scope: 'read:user,user:email', token_type: 'bearer' })
    }
    if (request.headers.authorization !== 'Bearer gho_token' || request.headers['user-agent'] === undefined)
      return answer(response, { message: 'Requires authentication' }, 401)
    if (request.url === '/api/user') return answer(response, user)
    if (request.url === '/api/user/emails') return answer(response, emails, emailsStatus)
    return answer(response, { message: 'Not Found' }, 404)
  })
  const url = `http://localhost:${await listen(t, server)}`
  const environment = await catalogueOf(t, {
    github: { kind: 'github', client_id: 'app', client_secret_variable: 'CORP_SECRET', url, api_url: `${url}/api` },
  })
  const providers = await readProviders({ catalogueFile: environment.CATALOGUE_FILE, issuer: ISSUER }, environment)
  const provider = providers.find('github')
  if (!provider) throw new Error('it is not there')
  const finish = (more: Readonly<Record<string, string>> = {}) =>
    provider.finish({ ...asked, parameters: new URLSearchParams({ code: 'right', state: asked.state, ...more }) })
  return { url, provider, finish, tokenRequests }
}

t.test('the browser is sent there with PKCE, and what is asked for is who it is', async (t) => {
  const { url, provider } = await github(t)
  const sent = await provider.begin(asked)
  t.equal(sent.origin + sent.pathname, `${url}/login/oauth/authorize`)
  t.strictSame(Object.fromEntries(sent.searchParams), {
    response_type: 'code',
    client_id: 'app',
    redirect_uri: asked.redirectUri,
    scope: 'read:user user:email',
    state: asked.state,
    code_challenge: sha256(asked.codeVerifier),
    code_challenge_method: 'S256',
  })
})

t.test('somebody is the number of the account, with the primary address if it is verified', async (t) => {
  const { url, provider, finish, tokenRequests } = await github(t)
  t.equal(provider.label, 'GitHub')
  const identity = await finish()
  t.match(identity, {
    issuer: url,
    subject: '583231',
    email: 'mona@example.com',
    emailVerified: true,
    name: 'Mona',
  })
  t.equal(provider.vouchedAddress(identity), undefined, 'nobody has said that GitHub is the authority for it')
  t.strictSame(Object.fromEntries(tokenRequests[0] ?? []), {
    grant_type: 'authorization_code',
    code: 'right',
    redirect_uri: asked.redirectUri,
    code_verifier: asked.codeVerifier,
    client_id: 'app',
    client_secret: UPSTREAM_SECRET,
  })
})

t.test('an answer that names GitHub as its issuer is one of GitHub (RFC 9207)', async (t) => {
  const { url, finish } = await github(t)
  t.match(await finish({ iss: `${url}/login/oauth` }), { subject: '583231' })
})

for (const [what, emails] of [
  ['is not verified', [{ ...ADDRESSES[1], verified: false }, ADDRESSES[0]]],
  ['is verified in another spelling', [{ ...ADDRESSES[1], verified: 'true' }]],
  ['is not there', []],
] as const)
  t.test(`when the primary address ${what}, there is none that counts`, async (t) => {
    const { finish } = await github(t, { emails })
    t.match(await finish(), { subject: '583231', emailVerified: false })
  })

t.test('the name of the account stands in for a name that is missing, and is never the subject', async (t) => {
  const { finish } = await github(t, { user: { ...OCTOCAT, name: null } })
  t.match(await finish(), { subject: '583231', name: 'octocat' })
})

for (const [what, told] of [
  ['a text as number', { user: { ...OCTOCAT, id: '583231' } }],
  ['no number', { user: { login: 'octocat' } }],
  ['a list', { user: [] }],
  ['404 for the addresses', { emailsStatus: 404 }],
] as const)
  t.test(`an answer with ${what} signs nobody in`, async (t) => {
    await t.rejects((await github(t, told)).finish())
  })

t.test('a wrong code, which GitHub refuses under 200, and another state sign nobody in', async (t) => {
  const { finish, provider } = await github(t)
  await t.rejects(finish({ code: 'wrong' }))
  await t.rejects(finish({ state: 'another' }))
  await t.rejects(finish({ iss: 'https://evil.example' }))
  t.equal(provider.isDown(), false)
})
