// The identity provider of `npm run demo -- --provider`: npm's oidc-provider on loopback, with a sign-in page and one person.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { exportJWK, generateKeyPair } from 'jose'
import { isMap, parseDocument } from 'yaml'
import type { DemoCredentials } from './user-agent.ts'

/** What it is called in the catalogue, and so in the addresses of our server. */
const NAME = 'example-corp'
const LABEL = 'Example Corp'
const CLIENT_ID = 'mobile-gateway'

export interface DemoProvider {
  readonly issuer: string
  readonly label: string
  /** What is typed there. */
  readonly person: DemoCredentials
  /** The catalogue with it as a provider: what an operator writes by hand (docs/providers.md). */
  inCatalogue(source: string): string
  /** Its administrators sign the person out, and it says so to our server (OpenID Connect Back-Channel Logout). */
  signOut(): Promise<void>
  stop(): void
}

// The package brings no types; this is what is used of it.
interface Grant {
  addOIDCScope(scope: string): void
  save(): Promise<unknown>
}
interface Called {
  readonly oidc: Readonly<{
    provider: Readonly<{ Grant: new (of: object) => Grant }>
    client: Readonly<{ clientId: string }>
    session: Readonly<{ accountId?: string }>
  }>
}
interface Playing {
  callback(): (request: IncomingMessage, response: ServerResponse) => void
  interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>
  readonly Client: {
    find(id: string): Promise<Readonly<{ backchannelLogout(sub: string): Promise<void> }> | undefined>
  }
}
const packages = createRequire(import.meta.url)
interface PlayedPackage {
  readonly default: new (issuer: string, configuration: object) => Playing
}

/** @param gateway the issuer of our server, which is its client */
export async function startProvider(gateway: string): Promise<DemoProvider> {
  const ours = `${gateway}/federation/${NAME}`
  const person = { email: 'grace@corp.example', password: 'only-known-at-example-corp', provider: NAME }
  const server = createServer()
  const issuer = `http://localhost:${await listen(server)}`
  const { default: Provider }: PlayedPackage = await import(packages.resolve('oidc-provider'))
  const provider = new Provider(issuer, await configuration(ours, person.email))
  const answer = provider.callback()
  server.on('request', async (request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) return answer(request, response)
    if (request.method !== 'POST') return sendPage(response)
    const typed = new URLSearchParams(await bodyOf(request))
    if (typed.get('email') !== person.email || typed.get('password') !== person.password)
      return sendPage(response, 'Wrong address or password.')
    const result = { login: { accountId: person.email }, consent: {} }
    return provider.interactionFinished(request, response, result)
  })
  return {
    issuer,
    label: LABEL,
    person,
    inCatalogue(source) {
      const document = parseDocument(source)
      if (!isMap(document.contents)) return source
      const settings = { kind: 'oidc', label: LABEL, issuer, client_id: CLIENT_ID, email_domains: ['corp.example'] }
      document.setIn(['providers', NAME], document.createNode(settings))
      return document.toString()
    },
    async signOut() {
      await (await provider.Client.find(CLIENT_ID))?.backchannelLogout(person.email)
    },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the provider has no port')
  return address.port
}

async function configuration(ours: string, email: string): Promise<object> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const hour = Object.fromEntries(
    ['AccessToken', 'IdToken', 'Interaction', 'Session', 'Grant'].map((kind) => [kind, 3600]),
  )
  const { default: InMemory } = await import(packages.resolve('oidc-provider/lib/adapters/memory_adapter.js'))
  return {
    // Of its own it warns that nobody should use it in production.
    adapter: class extends InMemory {},
    clients: [
      {
        client_id: CLIENT_ID,
        token_endpoint_auth_method: 'none',
        // Our server is http on loopback, which the library takes of native clients alone.
        application_type: 'native',
        redirect_uris: [`${ours}/callback`],
        backchannel_logout_uri: `${ours}/logout`,
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [await exportJWK(privateKey)] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    ttl: hour,
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    // As it is, it sends nothing to loopback.
    fetch: (url: string, { dispatcher: _, ...request }: RequestInit & { dispatcher?: unknown }) => fetch(url, request),
    findAccount: (_called: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, email, email_verified: true, name: 'Grace' }),
    }),
    loadExistingGrant: async ({ oidc }: Called) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  }
}

function sendPage(response: ServerResponse, problem = ''): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html><html lang="en">
<meta charset="utf-8"><title>Sign in at ${LABEL}</title><p>${problem}</p>
<form method="post"><label>E-mail <input name="email" type="email"></label>
<label>Password <input name="password" type="password"></label><button>Sign in</button></form>`)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
