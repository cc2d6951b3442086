// Whether a SAML provider, or a check by HTTP, can be reached: it is connected to, and asked nothing.
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import t, { type Test } from 'tap'
import { readProviders } from '../../../src/identity/federation/configure.ts'
import { IDP, samlKey } from '../../support/saml.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { listen } from '../../support/site.ts'
import { catalogueOf, closeServer } from '../../support/upstream.ts'

const { certificate } = await samlKey()
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

const KINDS = {
  saml: (address: string) => ({ kind: 'saml', entity_id: IDP, sign_in_url: address, certificates: [certificate] }),
  http: (address: string) => ({ kind: 'http', url: address, secret_variable: 'CHECK_SECRET' }),
}
type Kind = keyof typeof KINDS

async function open(t: Test, kind: Kind, address: string) {
  const settings = { corp: KINDS[kind](address) }
  const environment: Record<string, string> = { ...(await catalogueOf(t, settings)), CHECK_SECRET: SECRET }
  const from = { catalogueFile: environment.CATALOGUE_FILE, issuer: 'http://localhost:4000' }
  const provider = (await readProviders(from, environment)).find('corp')
  if (!provider) throw new Error('it is not there')
  return provider
}

for (const kind of ['saml', 'http'] as const) {
  t.test(`${kind}: one that nobody listens at is down, and one that listens is asked nothing`, async (t) => {
    const requests: string[] = []
    const server = createServer((request, response) => {
      requests.push(request.url ?? '')
      response.end()
    })
    const address = `http://localhost:${await listen(t, server)}/sign-in`
    const provider = await open(t, kind, address)
    await provider.prepare()
    t.strictSame([provider.isDown(), provider.lastFailure()], [false, undefined])
    await closeServer(server)
    const gone = await open(t, kind, address)
    await gone.prepare()
    t.equal(gone.isDown(), true)
    t.match(gone.lastFailure(), { because: /ECONNREFUSED/ })
    t.strictSame(requests, [])
  })

  t.test(`${kind}: one whose certificate is not believed is down`, async (t) => {
    const server = createSecureServer(selfSigned('localhost'))
    const provider = await open(t, kind, `https://localhost:${await listen(t, server)}/`)
    await provider.prepare()
    t.match(provider.lastFailure(), { because: /self-signed/ })
  })
}

t.test('of a SAML provider where browsers alone get nothing is known: it is not down', async (t) => {
  for (const address of ['https://10.11.12.13/sso', 'https://idp.invalid/sso']) {
    const provider = await open(t, 'saml', address)
    await provider.prepare()
    t.strictSame([provider.isDown(), provider.lastTrouble()], [false, undefined], address)
  }
})

t.test('a check by a name that nobody has is down: this server itself asks it', async (t) => {
  const provider = await open(t, 'http', 'https://check.invalid/')
  await provider.prepare()
  t.equal(provider.isDown(), true)
})

t.test('the last trouble is still told when the provider is reached again', async (t) => {
  const server = createServer((_request, response) => response.writeHead(503).end())
  const provider = await open(t, 'http', `http://localhost:${await listen(t, server)}/`)
  const answer = { redirectUri: '', state: '', nonce: '', codeVerifier: '', isFresh: false, ownPage: '' }
  await t.rejects(provider.finish({ ...answer, parameters: new URLSearchParams({ name: 'bob', password: 'his' }) }))
  t.equal(provider.isDown(), true)
  await provider.prepare()
  t.strictSame([provider.isDown(), provider.lastFailure()], [false, undefined])
  t.match(provider.lastTrouble(), { because: /answered 503/ })
})
